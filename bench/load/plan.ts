/** Requests that one client connection repeats. Plain data, because it is passed to another process. */
export type Requests =
  | { readonly kind: 'paths'; readonly paths: readonly string[] }
  | {
      /** Every request has the same body. */
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
       * Exponent of the choice: number `among * u ** skew` for an evenly distributed `u` below 1. Default 1, which loads all
       * tables equally; with 4, a hundredth of the tables gets a third of the loads.
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
       * Requests objects in turn, each with its own headers, such as a signature. Connection n requests every object whose
       * number modulo the number of connections is n.
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
  /** The status that every answer must have. Default: any below 300. */
  readonly expects?: number
  /** Start of the random sequence: contestants with the same seed get the same sequence. */
  readonly seed: number
}

/** Counts that a load process prints. */
export interface LoadCounts {
  readonly answers: number
  readonly seconds: number
  readonly bytes: number
  /** Number of unexpected answers by status. */
  readonly refused: Readonly<Record<string, number>>
  readonly connectionErrors: number
  /** The first unexpected answer, for the error message. */
  readonly complaint: string | null
  /** CPU seconds that the load process used in the measured time. */
  readonly cpuSeconds: number
  /** Pairs of bucket and count, as `Histogram.pairs` returns them. */
  readonly latencies: readonly (readonly [bucket: number, count: number])[]
}
