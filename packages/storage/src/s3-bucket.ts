import type { Agent as HttpAgent } from 'node:http'
import type * as Sdk from '@aws-sdk/client-s3'
import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { parseObjectLocation, parsePrefix, type Location } from './location.ts'
import { withRetries } from './retry.ts'
import { classifyError, type Fault } from './s3-faults.ts'
import { S3DirectPut } from './s3-direct-put.ts'
import { defaultS3Limits, type S3Limits, type S3StorageOptions } from './s3-options.ts'
import { StorageWriteError } from './storage-errors.ts'

/**
 * Known effect of a write on the object, after the attempts so far. The caller of `S3Bucket.call` creates it, and `call`
 * changes it.
 */
export interface Fate {
  /** Whether an attempt ended without a response, so that it may have written the object. */
  unknown: boolean
}

/** One call of the store, which may need several attempts. */
export interface BucketCall {
  readonly location: string
  readonly signal: AbortSignal | undefined
  /** Known effect of the write on the object. Absent for reads. */
  readonly fate?: Fate
  /** Whether the request can be sent again. False if its body cannot be read a second time. */
  readonly repeatable?: boolean
  /** Number of bytes of the body. They extend the time limit by `slowestRate`. */
  readonly bytes?: number
  /** Whether the response may take long, because the store copies a whole object first. */
  readonly long?: boolean
}

/** Function that sends one request. It calls `alive` for each chunk of a body, which restarts the time limit. */
export type Send<T> = (client: Sdk.S3Client, signal: AbortSignal, alive: () => void) => Promise<T>

/** The S3 client of one bucket, with time limits, retries and `HeadgateError`s for each call. */
export class S3Bucket {
  readonly sdk: typeof Sdk
  readonly bucket: string
  readonly limits: S3Limits
  /** Sender of small puts without the SDK. Null if this store needs the SDK. */
  readonly direct: S3DirectPut | null
  readonly #client: Sdk.S3Client
  readonly #prefix: string

  constructor(sdk: typeof Sdk, options: S3StorageOptions) {
    this.sdk = sdk
    this.bucket = options.bucket
    this.limits = { ...defaultS3Limits, ...options.limits }
    this.direct = S3DirectPut.for(options, this.limits)
    this.#client = createClient(sdk, options, this.limits)
    this.#prefix =
      options.prefix === undefined || options.prefix === '' ? '' : `${options.prefix.replace(/\/$/, '')}/`
  }

  /** Returns the key of an object location. Throws `forbidden` if the location is outside this storage. */
  toKey(location: string): string {
    return this.#own(parseObjectLocation(location))
  }

  toPrefix(location: string): string {
    return this.#own(parsePrefix(location))
  }

  toLocation(key: string): string {
    return `s3://${this.bucket}/${key}`
  }

  get prefix(): string {
    return this.#prefix
  }

  async call<T>(call: BucketCall, send: Send<T>): Promise<T> {
    const policy = { attempts: this.limits.attempts, base: this.limits.retryBase, max: this.limits.retryMax }
    let fault: Fault | undefined
    const attempt = async (): Promise<T> => {
      call.signal?.throwIfAborted()
      return this.#limited(call, send)
    }
    const mayRetry = (error: unknown): boolean => {
      if (isHeadgateError(error)) return false
      fault = classifyError(error)
      if (call.fate !== undefined && fault.outcome === 'unknown') call.fate.unknown = true
      return fault.retry && call.repeatable !== false
    }
    try {
      return await withRetries(policy, attempt, mayRetry, call.signal)
    } catch (error) {
      if (isHeadgateError(error)) throw error
      throw toError(call, error)
    }
  }

  destroy(): void {
    this.#client.destroy()
    this.direct?.destroy()
  }

  async #limited<T>({ signal, bytes = 0, long }: BucketCall, send: Send<T>): Promise<T> {
    const deadline = new AbortController()
    const { requestTimeout, longTimeout, slowestRate } = this.limits
    const limit = (long === true ? longTimeout : requestTimeout) + (bytes / slowestRate) * 1000
    const timer = setTimeout(() => {
      deadline.abort(new DOMException(`No response within ${limit} ms`, 'TimeoutError'))
    }, limit)
    const either = signal === undefined ? deadline.signal : AbortSignal.any([signal, deadline.signal])
    try {
      return await send(this.#client, either, () => void timer.refresh())
    } finally {
      clearTimeout(timer)
    }
  }

  #own(location: Location): string {
    if (
      location.scheme === 's3' &&
      location.bucket === this.bucket &&
      location.key.startsWith(this.#prefix)
    ) {
      return location.key
    }
    throw new HeadgateError('forbidden', `Location is outside this storage: ${location.text}`)
  }
}

/** Converts the error of the last attempt to the error that the caller of the storage receives. */
function toError(call: BucketCall, error: unknown): unknown {
  const aborted = call.signal?.aborted === true
  const fault = classifyError(error)
  if (call.fate !== undefined) {
    if (fault.outcome === 'unknown' && error !== call.signal?.reason) call.fate.unknown = true
    const settled = fault.code === 'precondition-failed' || fault.code === 'no-such-upload'
    if (call.fate.unknown && !settled) {
      const cause = aborted ? call.signal?.reason : error
      return new StorageWriteError(
        'unknown',
        `It is not known whether the object was written: ${call.location}`,
        {
          cause,
        },
      )
    }
  }
  if (aborted) return call.signal?.reason
  const message = `${fault.what}: ${call.location}`
  if (fault.code === 'unavailable' && call.fate !== undefined) {
    return new StorageWriteError('not-written', message, { cause: error })
  }
  return new HeadgateError(fault.code, message, { cause: error })
}

function silent(): void {}

/**
 * Returns the HTTP agent of the S3 client, or options for the default agent of the SDK. If a guard is configured, the
 * agent checks each connection.
 */
function createAgent(
  { endpoint, guard }: S3StorageOptions,
  { maxSockets }: S3Limits,
): { readonly maxSockets: number } | HttpAgent {
  if (endpoint === undefined || guard === undefined) return { maxSockets }
  return guard.agentFor(new URL(endpoint), { keepAlive: true, maxSockets })
}

function createClient(sdk: typeof Sdk, options: S3StorageOptions, limits: S3Limits): Sdk.S3Client {
  const agent = createAgent(options, limits)
  return new sdk.S3Client({
    region: options.region,
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    forcePathStyle: options.pathStyle ?? options.endpoint !== undefined,
    ...(options.credentials === 'default-chain' ? {} : { credentials: options.credentials }),
    requestHandler: {
      connectionTimeout: limits.connectTimeout,
      socketTimeout: 0,
      httpAgent: agent,
      httpsAgent: agent,
    },
    // The SDK does not retry. This class makes the retries, because it records whether an attempt may have written
    // the object.
    maxAttempts: 1,
    // Only the configuration decides where requests are sent; `auto` would call the instance's metadata service.
    defaultsMode: 'standard',
    ignoreConfiguredEndpointUrls: true,
    followRegionRedirects: false,
    disableS3ExpressSessionAuth: true,
    // Some stores do not support trailing checksums; TLS and the signature protect the bytes.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    expectContinueHeader: false,
    logger: { trace: silent, debug: silent, info: silent, warn: silent, error: silent },
  })
}
