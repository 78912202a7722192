/**
 * Requests that one client connection repeats. They are plain data, because they are passed to another process as
 * JSON.
 */
export type Requests =
  | { readonly kind: 'paths'; readonly paths: readonly string[] }
  | {
      /** POST requests to one path. All have the same body. */
      readonly kind: 'posts'
      readonly path: string
      readonly contentType: string
      readonly body: string
    }
  | {
      /** Tables `prefix{n % namespaces}/tables/t{n}`, where `n` is one of `among` numbers that are evenly spread below `tables`. */
      readonly kind: 'tables'
      readonly prefix: string
      readonly tables: number
      readonly namespaces: number
      readonly among: number
      /**
       * Skew of the random choice: the chosen table has the number `among * u ** skew`, where `u` is random and
       * evenly distributed below 1. The default 1 loads all tables equally often; with 4, a hundredth of the tables
       * receives a third of the loads.
       */
      readonly skew?: number
    }
  | {
      /** Each connection commits to its own path; `«N»` in the body becomes a unique value. */
      readonly kind: 'commits'
      readonly paths: readonly string[]
      readonly body: string
    }
  | {
      /**
       * Each connection requests its objects one after the other, each with its own headers, such as a signature.
       * Connection n requests every object whose number modulo the number of connections is n.
       */
      readonly kind: 'objects'
      readonly method: 'GET' | 'PUT'
      readonly objects: readonly {
        readonly path: string
        readonly headers: Readonly<Record<string, string>>
      }[]
      /** Random bytes that each request sends. */
      readonly bodyBytes: number
    }

/** One measurement by one load process. */
export interface LoadPlan {
  readonly host: string
  readonly port: number
  readonly connections: number
  readonly warmUpMs: number
  readonly durationMs: number
  readonly headers: Readonly<Record<string, string>>
  readonly requests: Requests
  /** The status that every response must have. Default: any status below 300. */
  readonly expects?: number
  /** Seed of the random sequence. Servers that are measured with the same seed receive the same requests. */
  readonly seed: number
}

/** Counts that a load process prints. */
export interface LoadCounts {
  readonly responses: number
  readonly seconds: number
  readonly bytes: number
  /** Number of unexpected responses by status. */
  readonly refused: Readonly<Record<string, number>>
  readonly connectionErrors: number
  /** The first unexpected response, for the error message. */
  readonly complaint: string | null
  /** CPU seconds that the load process used in the measured time. */
  readonly cpuSeconds: number
  /** Pairs of bucket and count, as `Histogram.pairs` returns them. */
  readonly latencies: readonly (readonly [bucket: number, count: number])[]
}
