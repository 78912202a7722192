import type { EndpointGuard } from './endpoint-guard.ts'

/** Static keys of an S3 store. */
export interface S3Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** Times in milliseconds, sizes in bytes. */
export interface S3Limits {
  /** Until a connection stands. */
  readonly connectTimeout: number
  /** Until an answer begins, and between two pieces of a body in either direction. */
  readonly requestTimeout: number
  /** The same for requests during which the store itself moves a whole object: copies, the end of an upload. */
  readonly longTimeout: number
  /** Bytes per second: a body that is sent at once gets this much more time. */
  readonly slowestRate: number
  /** All attempts of one call. */
  readonly attempts: number
  /** See `RetryPolicy`. */
  readonly retryBase: number
  readonly retryMax: number
  /** Bodies of unknown or larger size go up in parts of this size, a few of which are held in memory. */
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
  /** Only keys in this folder are touched; the whole bucket without it. */
  readonly prefix?: string
  readonly region: string
  /** Base URL of a store that is not AWS. */
  readonly endpoint?: string
  /** Bucket in the path, not in the host name. Default: true exactly when there is an endpoint. */
  readonly pathStyle?: boolean
  /** `default-chain` looks where AWS programs look: environment, files, container and instance metadata. */
  readonly credentials: S3Keys | 'default-chain'
  readonly limits?: Partial<S3Limits>
  /** Checks the connections to `endpoint`. Absent: the endpoint is the operator's own. */
  readonly guard?: EndpointGuard
}
