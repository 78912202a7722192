import { createHash } from 'node:crypto'
import { type ErrorCode, HeadgateError, isHeadgateError } from '@headgate/errors'
import { decodeIdempotencyKey } from '@headgate/iceberg/rest'
import { Stale } from '../catalog/stale.ts'
import type { Answer, Call } from '../http/operation.ts'
import { findOutcome, forgetOutcome, keepOutcome, type KeptOutcome } from '../store/idempotency.ts'
import type { IdempotencyRow } from '../store/riders.ts'
import type { Sql } from '../store/sql.ts'
import { isViolation } from '../store/violation.ts'

export interface IdempotencyParts {
  readonly sql: Sql
  readonly lifetimeSeconds: number
}

/** Makes the row that the change keeps in its own transaction; null when the request carries no key. */
export type Keep = (
  status: number,
  relationId: string | null,
  metadata?: { readonly location: string; readonly digest: string | null },
) => IdempotencyRow | null

/** Outcomes that will be the same however often the request is sent. Rights, limits and failures are not among them. */
const deterministic: ReadonlySet<number> = new Set([400, 404, 406, 409, 412, 422])

/**
 * Runs an operation once for its `Idempotency-Key` (Iceberg REST specification). The outcome is kept in the
 * transaction of the change, so that a retry after a lost answer finds it, and never the body: a success is rendered
 * anew by `replay`, from what is there now.
 *
 * @throws HeadgateError `unprocessable` when the key was used for another request
 */
export async function idempotent(
  parts: IdempotencyParts,
  call: Call,
  work: (keep: Keep) => Promise<Answer>,
  replay: (outcome: KeptOutcome) => Promise<Answer>,
): Promise<Answer> {
  const key = decodeIdempotencyKey(call.header('idempotency-key'))
  if (key === undefined) return work(() => null)
  const principalId = call.identity.principal.id
  const operation = call.audit.operation
  const digest = await digestOf(call)
  const answerAgain = async (): Promise<Answer | null> => {
    const outcome = await findOutcome(parts.sql, principalId, key)
    if (outcome === null) return null
    if (outcome.operation !== operation || outcome.digest !== digest) {
      throw new HeadgateError(
        'unprocessable',
        'This Idempotency-Key was used for another request: make a new one.',
      )
    }
    call.audit.reason = 'replayed'
    if (outcome.error !== null)
      throw new HeadgateError(outcome.error.code as ErrorCode, outcome.error.message)
    return replay(outcome)
  }
  const keep = (
    status: number,
    relationId: string | null,
    metadata?: { readonly location: string; readonly digest: string | null },
    error: IdempotencyRow['error'] = null,
  ): IdempotencyRow => ({
    principal_id: principalId,
    key,
    operation,
    digest,
    status,
    relation_id: relationId,
    metadata_location: metadata?.location ?? null,
    metadata_digest: metadata?.digest ?? null,
    error,
    expires_at: Date.now() / 1000 + parts.lifetimeSeconds,
  })

  const earlier = await answerAgain()
  if (earlier !== null) return earlier
  try {
    return await work(keep)
  } catch (error) {
    // The same request ran beside this one and won: its outcome is ours.
    if (isViolation(error, 'idempotency_pkey')) {
      const other = await answerAgain()
      if (other !== null) return other
      // What was kept under the key has expired and was not cleaned away yet.
      await forgetOutcome(parts.sql, principalId, key)
      throw new Stale()
    }
    if (isHeadgateError(error) && isOutcome(error)) {
      // What stands in the way may be what the same request has done, beside this one or before its answer was lost.
      const other = await answerAgain()
      if (other !== null) return other
      // An outcome that cannot be kept is still the outcome: nothing was changed, so the same request finds it again.
      const kept = await keepOutcome(
        parts.sql,
        keep(error.kind.status, null, undefined, { code: error.code, message: error.message }),
      ).catch(() => true)
      // A concurrent request with the same key was committed since the look-up above: its outcome is the answer.
      const twin = kept ? null : await answerAgain()
      if (twin !== null) return twin
    }
    throw error
  }
}

/**
 * Whether a refusal is kept. A caller who may not see the warehouse gets the error of a missing warehouse for all that
 * it holds: keeping it would let callers without rights fill the store.
 */
function isOutcome({ kind, code }: HeadgateError): boolean {
  return deterministic.has(kind.status) && code !== 'no-such-warehouse'
}

/** What an engine did for a user is no outcome of another engine, whose limits may be narrower. */
async function digestOf(call: Call): Promise<string> {
  const [actor] = call.identity.actors
  const through = actor === undefined ? '' : ` ${actor.id}`
  const hash = createHash('sha256').update(
    `${call.method} ${JSON.stringify(call.params)} ${call.query.toString()}${through}\n`,
  )
  return hash.update(await call.bytes()).digest('hex')
}
