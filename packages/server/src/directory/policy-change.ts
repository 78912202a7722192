import type { Decision } from '../access/decision.ts'
import type { Policies } from '../access/policies.ts'
import { Stale } from '../catalog/stale.ts'
import type { AuditDraft } from '../events/audit-event.ts'
import { type AuditedCall, auditRow } from '../events/audit-row.ts'
import type { ProvenIdentity } from '../proven-identity.ts'
import { type CommitRecord, writeRecord } from '../store/commit-record.ts'
import { bumpPolicyFrom, policyVersion } from '../store/policies.ts'
import type { Queryable, Sql } from '../store/sql.ts'

/** Request for a change: its caller, the decision that allows it, and the draft of its audit event. */
export interface RequestedChange {
  readonly decision: Decision
  readonly call: AuditedCall & { readonly identity: ProvenIdentity }
  /** Draft of the audit event. The function that makes the change adds the object and details. */
  readonly audit: AuditDraft
}

/**
 * Returns the additional rows that the transaction of a change writes: its audit event, and the policy version that
 * must still be current.
 */
export function commitRecord({ decision, call, audit }: RequestedChange): CommitRecord {
  return {
    policyVersion: decision.policyVersion,
    audit: [auditRow(audit, call, 'allowed')],
    idempotency: null,
    onCommit: () => {
      audit.written = true
    },
  }
}

/**
 * Changes principals, roles or grants. The change, a new version of the policy and the audit event are committed in one
 * transaction.
 *
 * @param work makes the change in the transaction
 * @throws Stale if the policy changed after the decision. The operation is then attempted again, because the caller may
 *   have lost the privilege
 */
export async function changePolicy<T>(
  { sql, policies }: { readonly sql: Sql; readonly policies: Pick<Policies, 'saw'> },
  change: RequestedChange,
  work: (tx: Queryable) => Promise<T>,
): Promise<T> {
  let committed = 0
  const result = await sql.transaction(async (tx) => {
    const version = await bumpPolicyFrom(tx, change.decision.policyVersion)
    if (version === null) {
      policies.saw(await policyVersion(tx))
      throw new Stale()
    }
    committed = version
    const result = await work(tx)
    await writeRecord(tx, commitRecord(change))
    return result
  })
  // The notification arrives later. This replica must apply the change before the caller receives the response.
  policies.saw(committed)
  return result
}
