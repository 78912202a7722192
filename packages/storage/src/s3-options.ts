import type { EndpointGuard } from './endpoint-guard.ts'

/** Access key of an S3 store that does not expire. */
export interface S3Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** Limits for requests to an S3 store. Times are in milliseconds, sizes in bytes. */
export interface S3Limits {
  /** Time limit to establish a connection. */
  readonly connectTimeout: number
  /** Time limit until a response begins, and between two chunks of a request or response body. */
  readonly requestTimeout: number
  /**
   * Time limit until a response begins, for requests during which the store copies a whole object: copies, completed
   * uploads.
   */
  readonly longTimeout: number
  /**
   * Lowest expected transfer rate, in bytes per second. Extends the time limit of a request in proportion to the size
   * of its body.
   */
  readonly slowestRate: number
  /** Maximum number of attempts of one call, including the first. */
  readonly attempts: number
  /**
   * Limit of the first pause between attempts, in ms. The limit doubles after each attempt, and each pause is a
   * random time below its limit.
   */
  readonly retryBase: number
  readonly retryMax: number
  /**
   * Size of a part in bytes. Bodies of unknown size and larger bodies are uploaded in parts of this size. A few parts
   * are in memory at a time.
   */
  readonly partSize: number
  readonly maxSockets: number
}

export const defaultS3Limits: S3Limits = {
  connectTimeout: 3_000,
  requestTimeout: 15_000,
  longTimeout: 120_000,
  slowestRate: 128 * 1024,
  attempts: 4,
  retryBase: 100,
  retryMax: 2_000,
  partSize: 8 * 1024 * 1024,
  maxSockets: 64,
}

export interface S3StorageOptions {
  readonly bucket: string
  /** Folder of the bucket that the storage may use. Default: the whole bucket. */
  readonly prefix?: string
  readonly region: string
  /** Base URL of the S3 API, for a store that is not AWS. */
  readonly endpoint?: string
  /** Whether the bucket is in the path of URLs instead of the host name. Default: true if `endpoint` is set. */
  readonly pathStyle?: boolean
  /**
   * Access key, or `default-chain` for the sources that AWS programs use: environment, files, container and instance
   * metadata.
   */
  readonly credentials: S3Keys | 'default-chain'
  readonly limits?: Partial<S3Limits>
  /**
   * Checks the connections to `endpoint`; absent if the operator configured the endpoint, which then needs no check.
   */
  readonly guard?: EndpointGuard
}
