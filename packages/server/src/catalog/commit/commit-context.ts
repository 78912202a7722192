import type { Decision } from '../../access/decision.ts'
import type { Caller } from '../caller.ts'
import type { Securable } from '../../events/audit-event.ts'
import { auditRow } from '../../events/audit-row.ts'
import type { CommitRecord, IdempotencyKey } from '../../store/commit-record.ts'

/**
 * Data of a request that changes relations: caller, idempotency key and hooks. All steps of a commit, from
 * the plan to its publication, receive it.
 */
export interface CommitContext extends Caller {
  readonly requestId: string
  readonly userAgent: string | undefined
  /** Value of the `Idempotency-Key` header, or null when the request has none. */
  readonly idempotency: IdempotencyKey | null
  /**
   * Called immediately before the change is sent to the database: by the functions of `store/commit-record.ts` that send
   * it, and by `publish` before a transaction. If it throws, the change is not sent. It is `Call.begin` of the request. It
   * may be called several times for one change, and it may be called in the execution of another request, which sends one
   * statement for both (`GroupCommit`).
   */
  readonly onSend: () => void
  /**
   * Called after the transaction of the change is committed (`Queryable.afterCommit`), and when a later read shows that
   * it was committed. May be called in the execution of another request, which sent one statement for both
   * (`GroupCommit`).
   */
  readonly onCommit: () => void
}

/** Data of a request that the API passes to the functions that change relations. */
export interface CommitCall extends Caller {
  readonly requestId: string
  header(name: string): string | undefined
  begin(): void
}

/** Returns the context of one attempt to make the change of a request. */
export function toCommitContext(call: CommitCall, idempotency: CommitContext['idempotency']): CommitContext {
  const { identity, policy, audit, requestId } = call
  return {
    identity,
    policy,
    audit,
    requestId,
    userAgent: call.header('user-agent'),
    idempotency,
    onSend: () => call.begin(),
    onCommit: () => {
      audit.written = true
    },
  }
}

/** Result of a change that the server stores. It answers a repeated request with the same idempotency key. */
export interface ReplayedResult {
  /** Id of the relation in the response. Null when the response contains no relation. */
  readonly relationId: string | null
  /** Metadata file of a table that the request unregistered, which deleted the row of the table. */
  readonly metadata?: { readonly location: string; readonly digest: string | null }
}

/** Object that a request changes, for its audit event. */
export interface ChangedObject {
  /** Name of the object in audit events: `lakehouse:sales.orders`. */
  readonly object: string
  readonly securable: Securable
}

/**
 * Returns the record that the transaction of a change also writes: audit events, the result for the
 * idempotency key, and the policy version that must still be current.
 *
 * @param objects changed objects, each with its own audit event. If empty, the audit draft of the context
 *   names the object
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
