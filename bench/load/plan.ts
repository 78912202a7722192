/**
 * Requests that one client connection sends repeatedly. They are plain data, because they are passed to
 * another process as JSON.
 */
export type Requests =
  | { readonly kind: 'paths'; readonly paths: readonly string[] }
  | {
      /** POST requests to one path, all with the same body. */
      readonly kind: 'posts'
      readonly path: string
      readonly contentType: string
      readonly body: string
    }
  | {
      /**
       * Loads of random tables `prefix{n % namespaces}/tables/t{n}`. `n` is one of `among` numbers that are
       * evenly distributed below `tables`.
       */
      readonly kind: 'tables'
      readonly prefix: string
      readonly tables: number
      readonly namespaces: number
      readonly among: number
      /**
       * Skew of the random choice: the chosen table has the number `among * u ** skew`, where `u` is random
       * and evenly distributed between 0 and 1. With the default 1, all tables are loaded equally often. With
       * 4, a hundredth of the tables receives a third of the loads.
       */
      readonly skew?: number
    }
  | {
      /**
       * Commits. Each connection commits to its own path, and the text `«N»` in the body is replaced by a
       * unique value.
       */
      readonly kind: 'commits'
      readonly paths: readonly string[]
      readonly body: string
    }
  | {
      /**
       * Requests for objects. Each connection requests its objects one after the other, each with its own
       * headers, such as a signature. Connection n requests every object whose number modulo the number of
       * connections is n.
       */
      readonly kind: 'objects'
      readonly method: 'GET' | 'PUT'
      readonly objects: readonly {
        readonly path: string
        readonly headers: Readonly<Record<string, string>>
      }[]
      /** Number of random bytes in the body of each request. */
      readonly bodyBytes: number
    }

/** Plan of one measurement by one load process. */
export interface LoadPlan {
  readonly host: string
  readonly port: number
  readonly connections: number
  readonly warmUpMs: number
  readonly durationMs: number
  readonly headers: Readonly<Record<string, string>>
  readonly requests: Requests
  /** HTTP status that every response must have. Default: any status below 300. */
  readonly expects?: number
  /**
   * Seed of the random sequence. Two servers that are measured with the same seed receive the same requests.
   */
  readonly seed: number
}

/** Figures that a load process prints at its end. */
export interface LoadCounts {
  readonly responses: number
  readonly seconds: number
  readonly bytes: number
  /** Number of responses with an unexpected status, by status. */
  readonly refused: Readonly<Record<string, number>>
  readonly connectionErrors: number
  /** First response with an unexpected status, for the error message. */
  readonly complaint: string | null
  /** CPU seconds that the load process used during the measurement. */
  readonly cpuSeconds: number
  /** Latencies as pairs of bucket and count, as `Histogram.pairs` returns them. */
  readonly latencies: readonly (readonly [bucket: number, count: number])[]
}
