import type { Decision } from '../../access/decision.ts'
import type { Caller } from '../caller.ts'
import type { Securable } from '../../events/audit-event.ts'
import { auditRow } from '../../events/audit-row.ts'
import type { CommitRecord, IdempotencyKey } from '../../store/commit-record.ts'

/** Request that changes relations. It passes through every step from plan to publish. */
export interface CommitContext extends Caller {
  readonly requestId: string
  readonly userAgent: string | undefined
  /** Null: the request has no `Idempotency-Key`. */
  readonly idempotency: IdempotencyKey | null
  /** Runs right before the change is sent to the database. An error that it throws prevents the change. */
  readonly onSend: () => void
  /** Runs after the transaction of the change is committed. */
  readonly onCommit: () => void
}

/** Result that a replay of the request needs. */
export interface ReplayedResult {
  /** Null: the change has no relation that a replay returns. */
  readonly relationId: string | null
  /** Metadata file of an unregistered table, whose row is deleted. */
  readonly metadata?: { readonly location: string; readonly digest: string | null }
}

/** One of several objects of a change. */
export interface ChangedObject {
  /** Name of the object, for people: `lakehouse:sales.orders`. */
  readonly object: string
  readonly securable: Securable
}

/**
 * Returns the rows that the transaction of a change writes: its audit events, its idempotent outcome, and the policy
 * version that it requires.
 *
 * @param objects one audit event each. Empty: the draft of the context names the object
 */
export function toCommitRecord(
  context: CommitContext,
  decision: Pick<Decision, 'privilege' | 'policyVersion'>,
  { relationId, metadata }: ReplayedResult,
  objects: readonly ChangedObject[] = [],
): CommitRecord {
  const { audit, idempotency, onSend, onCommit } = context
  const draft = { ...audit, privilege: decision.privilege }
  const drafts = objects.length === 0 ? [draft] : objects.map((object) => ({ ...draft, ...object }))
  return {
    policyVersion: decision.policyVersion,
    audit: drafts.map((each) => auditRow(each, context, 'allowed')),
    idempotency:
      idempotency === null
        ? null
        : {
            ...idempotency,
            relation_id: relationId,
            metadata_location: metadata?.location ?? null,
            metadata_digest: metadata?.digest ?? null,
            error: null,
          },
    onSend,
    onCommit,
  }
}
