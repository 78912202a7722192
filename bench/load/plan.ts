/** What one client connection sends, again and again. Everything here is plain data, since it travels to a process. */
export type Requests =
  | { readonly kind: 'paths'; readonly paths: readonly string[] }
  | {
      /** The same body again and again. */
      readonly kind: 'posts'
      readonly path: string
      readonly contentType: string
      readonly body: string
    }
  | {
      /** Tables `prefix{n % namespaces}/tables/t{n}`, `n` drawn evenly out of the first `among` of `tables`, spread over all of them. */
      readonly kind: 'tables'
      readonly prefix: string
      readonly tables: number
      readonly namespaces: number
      readonly among: number
    }
  | {
      /** Each connection commits to a path of its own; `«N»` in the body becomes a value that never came before. */
      readonly kind: 'commits'
      readonly paths: readonly string[]
      readonly body: string
    }
  | {
      /**
       * Objects in turn, each asked for with headers of its own, such as a signature. Connection n takes every object whose
       * number is n modulo the number of connections.
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
  /** Start of the random sequence, so that contestants get the same one. */
  readonly seed: number
}

/** What a load process reports. */
export interface LoadCounts {
  readonly answers: number
  readonly seconds: number
  readonly bytes: number
  /** Answers that were not 2xx, by status. */
  readonly refused: Readonly<Record<string, number>>
  readonly connectionErrors: number
  /** The first answer that was not 2xx, for the message. */
  readonly complaint: string | null
  /** CPU seconds of the load process in the measured time. */
  readonly cpuSeconds: number
  /** Latencies: pairs of bucket and count, see histogram.ts. */
  readonly latencies: readonly (readonly [bucket: number, count: number])[]
}
