import { memoize } from '@headgate/auth'
import type { StringMap } from '../../model/decode.ts'
import {
  decodeDescribeTableResponse,
  type DescribeTableRequest,
  type DescribeTableResponse,
} from '../../model/wire/table.ts'
import { InvalidAnswerError } from '../errors/lance-namespace-error.ts'
import { respond, type About } from '../operations/respond.ts'
import type { Session } from '../session.ts'
import { awsCredentials, type AwsCredentials } from './aws-credentials.ts'
import { expiryOf, refreshOffsetOf } from './expiry.ts'

export interface GetOptions {
  /** Ends the wait of this caller, and nobody else's. */
  readonly signal?: AbortSignal | undefined
  /** The storage refused the ones at hand: get others, however long those were to last. */
  readonly force?: boolean | undefined
}

/** As the AWS SDK asks for credentials. */
export interface AwsCredentialsRequest {
  /** Get other keys, however long those at hand will last. */
  readonly forceRefresh?: boolean | undefined
}

/** The part of an answer of DescribeTable, DeclareTable or CreateTable that says how storage is reached. */
export type TableAccess = Pick<DescribeTableResponse, 'location' | 'storage_options'>

export interface StorageOptionsOptions {
  /** Epoch ms. For tests. */
  readonly now?: (() => number) | undefined
  /** 0 to 1. For tests. */
  readonly random?: (() => number) | undefined
}

/**
 * Options to reach the storage of a table, which are renewed by DescribeTable before they end: at `expires_at_millis`
 * less `refresh_offset_millis` (60 s if the server does not say), but never in the first half of their life, so that
 * short-lived ones do not ask again for each use. One renewal is under way at a time, whoever asks, and while the old
 * ones are good nobody waits for it. Nothing is asked of the server while nobody asks for options.
 */
export interface StorageOptions extends AsyncDisposable {
  /**
   * The options in Lance's own names, empty where storage needs none.
   *
   * @throws {LanceNamespaceError} {LanceConnectionError} when there are none that are good, and none can be had
   */
  get(options?: GetOptions): Promise<StringMap>
  /**
   * Keys for S3: what the AWS SDK for JavaScript takes as `credentials`.
   *
   * @throws {HeadgateError} unsupported, when the storage is another one
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
  let seed = known?.storage_options
  let location = known?.location
  const kept = memoize<StringMap>(
    async ({ signal } = {}) => {
      const first = seed
      seed = undefined
      if (first !== undefined && (expiryOf(first) ?? Infinity) > now()) return first
      const asked = { ...request, vend_credentials: true }
      // Later attempts come by themselves, when the options are asked for again.
      const limits = { signal, maxRetries: 2 }
      const access = await respond(session, 'DescribeTable', decodeDescribeTableResponse, asked, limits)
      checkPlace(location, access.location)
      location ??= access.location
      return access.storage_options ?? {}
    },
    {
      expiresAt: expiryOf,
      refreshAheadMs: refreshOffsetOf,
      accept: refuseNothing,
      now,
      ...(random && { random }),
    },
  )
  const get = async ({ signal, force = false }: GetOptions = {}): Promise<StringMap> => {
    const wait = signal === undefined ? {} : { signal }
    const options = await kept.get(wait)
    return force && kept.invalidate(options) ? await kept.get(wait) : options
  }
  return {
    get,
    aws: async ({ forceRefresh = false } = {}) => awsCredentials(await get({ force: forceRefresh })),
    [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose](),
  }
}

/** A table that was dropped and made anew elsewhere: its keys are not for the files of the old one. */
function checkPlace(before: string | undefined, now: string | undefined): void {
  if (before !== undefined && now !== undefined && before !== now)
    throw invalid('the table has another location than before: it is not the same table any more')
}

/** Whoever reads storage would go on with whatever keys its machine has. */
function refuseNothing(before: StringMap, next: StringMap): void {
  if (Object.keys(before).length > 0 && Object.keys(next).length === 0)
    throw invalid('the server gave no storage options, where it gave some before')
}

const invalid = (why: string): InvalidAnswerError =>
  new InvalidAnswerError(`DescribeTable: ${why}`, {
    operation: 'DescribeTable',
    status: 200,
    code: null,
    outcomeUnknown: false,
  })
