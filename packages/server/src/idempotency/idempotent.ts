import { createHash } from 'node:crypto'
import { type ErrorCode, HeadgateError, isHeadgateError } from '@headgate/errors'
import { decodeIdempotencyKey } from '@headgate/iceberg/rest'
import { done, moved, type Outcome, settle } from '../catalog/commit/outcome.ts'
import { findOutcome, deleteExpiredOutcome, insertOutcome, type StoredOutcome } from '../store/idempotency.ts'
import type { IdempotencyKey } from '../store/commit-record.ts'
import type { Sql } from '../store/sql.ts'
import { isViolation } from '../store/violation.ts'

export interface IdempotencyDeps {
  readonly sql: Sql
  readonly lifetimeSeconds: number
}

/** Request that an operation runs for. Its header, path, query and body identify the change. */
export interface IdempotentCall {
  readonly method: string
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly identity: {
    readonly principal: { readonly id: string }
    readonly actors: readonly { readonly id: string }[]
  }
  /** Draft of the audit event. A replay sets `reason`. */
  readonly audit: { readonly operation: string; reason?: string }
  header(name: string): string | undefined
  bytes(): Promise<Uint8Array>
}

/** Operation that may run once for its `Idempotency-Key`. */
export interface IdempotentOperation<T> {
  /** Status of the response when the operation succeeds. */
  readonly status: number
  /** Runs the operation. If the key is not null, the transaction of the change also stores the key. */
  attempt(key: IdempotencyKey | null): Promise<Outcome<T>>
  /** Encodes the response to a repeated request with the same key. */
  replay(stored: StoredOutcome): Promise<T>
}

/**
 * HTTP statuses of errors that the same request would get again. Statuses of errors because of missing rights, limits
 * or failures are not listed, because a later attempt may succeed.
 */
const deterministic: ReadonlySet<number> = new Set([400, 404, 406, 409, 412, 422])

/**
 * Runs an operation once for its `Idempotency-Key` (Iceberg REST specification). The outcome is stored in the transaction
 * of the change, so that a retry after a lost response finds it. The response body is not stored: `replay` encodes the
 * current state.
 *
 * @throws HeadgateError `unprocessable` when the key was used for another request
 */
export async function idempotent<T>(
  deps: IdempotencyDeps,
  call: IdempotentCall,
  { status, attempt, replay }: IdempotentOperation<T>,
): Promise<Outcome<T>> {
  const sentKey = decodeIdempotencyKey(call.header('idempotency-key'))
  if (sentKey === undefined) return await attempt(null)
  const key: IdempotencyKey = {
    principal_id: call.identity.principal.id,
    key: sentKey,
    operation: call.audit.operation,
    digest: await digestRequest(call),
    status,
    expires_at: Date.now() / 1000 + deps.lifetimeSeconds,
  }
  const replayStored = async (): Promise<Outcome<T> | null> => {
    const stored = await findStored(deps, key)
    if (stored === null) return null
    call.audit.reason = 'replayed'
    return stored.error === null
      ? done(await replay(stored))
      : { type: 'refused', error: toError(stored.error) }
  }

  const earlier = await replayStored()
  if (earlier !== null) return earlier
  const outcome = await settle(() => attempt(key))
  if (outcome.type !== 'refused') return outcome
  const { error } = outcome
  if (isViolation(error, 'idempotency_pkey')) {
    // A concurrent request with the same key was committed first, so the stored outcome of that request is the
    // response.
    const other = await replayStored()
    if (other !== null) return other
    // The outcome under the key has expired, and no job has deleted it yet.
    await deleteExpiredOutcome(deps.sql, key.principal_id, key.key)
    return moved
  }
  if (!isHeadgateError(error) || !isStored(error)) return outcome
  // The conflicting change may come from the same request, which the client sent twice: it ran concurrently, or
  // its response was lost.
  const other = await replayStored()
  if (other !== null) return other
  return (await storeError(deps, key, error)) ? outcome : ((await replayStored()) ?? outcome)
}

/**
 * Returns the stored outcome of an earlier request with the same key, or null.
 *
 * @throws HeadgateError `unprocessable` when the key was used for another request
 */
async function findStored({ sql }: IdempotencyDeps, key: IdempotencyKey): Promise<StoredOutcome | null> {
  const stored = await findOutcome(sql, key.principal_id, key.key)
  if (stored !== null && (stored.operation !== key.operation || stored.digest !== key.digest))
    throw new HeadgateError(
      'unprocessable',
      'This Idempotency-Key was used for another request: send a new key.',
    )
  return stored
}

/**
 * Stores an error under the key. Returns false when a concurrent request with the same key was committed. A
 * failed write is ignored, because the same request gets the same error again.
 */
async function storeError(
  { sql }: IdempotencyDeps,
  key: IdempotencyKey,
  { kind, code, message }: HeadgateError,
): Promise<boolean> {
  const row = {
    ...key,
    status: kind.status,
    relation_id: null,
    metadata_location: null,
    metadata_digest: null,
    error: { code, message },
  }
  return await insertOutcome(sql, row).catch(() => true)
}

function toError({ code, message }: NonNullable<StoredOutcome['error']>): HeadgateError {
  return new HeadgateError(code as ErrorCode, message)
}

/**
 * Returns whether an error is stored. The error of a missing warehouse is not stored: every caller without
 * rights gets it, so such callers could fill the database.
 */
function isStored({ kind, code }: HeadgateError): boolean {
  return deterministic.has(kind.status) && code !== 'no-such-warehouse'
}

/**
 * Returns the digest of a request. It includes the engine that acts for the user, because another engine may
 * have other limits.
 */
async function digestRequest(call: IdempotentCall): Promise<string> {
  const [actor] = call.identity.actors
  const through = actor === undefined ? '' : ` ${actor.id}`
  const hash = createHash('sha256').update(
    `${call.method} ${JSON.stringify(call.params)} ${call.query.toString()}${through}\n`,
  )
  return hash.update(await call.bytes()).digest('hex')
}
