import { memoize } from '@headgate/auth'
import type { StringMap } from '../../model/decode.ts'
import {
  decodeDescribeTableResponse,
  type DescribeTableRequest,
  type DescribeTableResponse,
} from '../../model/wire/table.ts'
import { InvalidAnswerError } from '../errors/lance-namespace-error.ts'
import { callJson, type About } from '../operations/call-json.ts'
import type { Session } from '../session.ts'
import { awsCredentials, type AwsCredentials } from './aws-credentials.ts'
import { parseExpiry, parseRefreshOffset } from './expiry.ts'

export interface GetOptions {
  /** Ends the wait of this caller. The renewal continues for other callers. */
  readonly signal?: AbortSignal | undefined
  /** Whether to renew options that have not expired, because the storage refused them. Default: false. */
  readonly force?: boolean | undefined
}

/** Argument that the AWS SDK passes to a provider of credentials. */
export interface AwsCredentialsRequest {
  /** Whether to renew keys that have not expired. Default: false. */
  readonly forceRefresh?: boolean | undefined
}

/** Members of a response of DescribeTable, DeclareTable or CreateTable that are needed to reach the storage. */
export type TableAccess = Pick<DescribeTableResponse, 'location' | 'storage_options'>

export interface StorageOptionsOptions {
  /** Current time, in epoch ms. For tests. Default: `Date.now`. */
  readonly now?: (() => number) | undefined
  /** Random number from 0 to 1. For tests. Default: `Math.random`. */
  readonly random?: (() => number) | undefined
}

/**
 * Options to reach the storage of a table. They are renewed with DescribeTable at `expires_at_millis` minus
 * `refresh_offset_millis` (default: 60 s), but never in the first half of their lifetime, so that short-lived options
 * are not renewed at each use. Concurrent callers share one renewal. While the current options are valid, callers do
 * not wait for the renewal. There is no timer: only a call starts a renewal.
 */
export interface StorageOptions extends AsyncDisposable {
  /**
   * Returns the options with the names that Lance uses. They are empty if the storage needs none.
   *
   * @throws {LanceNamespaceError} {LanceConnectionError} when the options have expired and cannot be renewed
   */
  get(options?: GetOptions): Promise<StringMap>
  /**
   * Returns keys for S3. The AWS SDK for JavaScript accepts this function as `credentials`.
   *
   * @throws {HeadgateError} unsupported, when the storage is not S3
   * @example Type-checked only, because it needs a store.
   * ```ts
   * const s3 = new S3Client({ region, credentials: lance.storageOptions({ id }).aws })
   * ```
   */
  readonly aws: (request?: AwsCredentialsRequest) => Promise<AwsCredentials>
}

export function storageOptions(
  session: Session,
  request: About<DescribeTableRequest>,
  known?: TableAccess,
  { now = Date.now, random }: StorageOptionsOptions = {},
): StorageOptions {
  let initial = known?.storage_options
  let location = known?.location
  const cached = memoize<StringMap>(
    async ({ signal } = {}) => {
      const first = initial
      initial = undefined
      if (first !== undefined && (parseExpiry(first) ?? Infinity) > now()) return first
      const describeRequest = { ...request, vend_credentials: true }
      // Two retries are enough, because the next call of a caller starts another renewal.
      const limits = { signal, maxRetries: 2 }
      const access = await callJson(
        session,
        'DescribeTable',
        decodeDescribeTableResponse,
        describeRequest,
        limits,
      )
      checkLocation(location, access.location)
      location ??= access.location
      return access.storage_options ?? {}
    },
    {
      expiresAt: parseExpiry,
      refreshAheadMs: parseRefreshOffset,
      accept: refuseMissingOptions,
      now,
      ...(random && { random }),
    },
  )
  const get = async ({ signal, force = false }: GetOptions = {}): Promise<StringMap> => {
    const wait = signal === undefined ? {} : { signal }
    const options = await cached.get(wait)
    return force && cached.invalidate(options) ? await cached.get(wait) : options
  }
  return {
    get,
    aws: async ({ forceRefresh = false } = {}) => awsCredentials(await get({ force: forceRefresh })),
    [Symbol.asyncDispose]: () => cached[Symbol.asyncDispose](),
  }
}

/** Refuses a table that was recreated in another location. The caller still uses the files of the previous table. */
function checkLocation(before: string | undefined, now: string | undefined): void {
  if (before !== undefined && now !== undefined && before !== now)
    throw invalidResponse(
      'the table was recreated in another location. Describe the table and create its storage options again.',
    )
}

/** Refuses a renewal without options. The storage client of the caller would use the keys of its machine instead. */
function refuseMissingOptions(before: StringMap, next: StringMap): void {
  if (Object.keys(before).length > 0 && Object.keys(next).length === 0)
    throw invalidResponse(
      'the server returned no storage options, although it returned some before. Check whether it still vends credentials.',
    )
}

const invalidResponse = (reason: string): InvalidAnswerError =>
  new InvalidAnswerError(`DescribeTable: ${reason}`, {
    operation: 'DescribeTable',
    status: 200,
    code: null,
    outcomeUnknown: false,
  })
