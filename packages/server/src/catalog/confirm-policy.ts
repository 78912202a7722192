import { type CommitRecord, writeRecord } from '../store/commit-record.ts'
import { lockPolicy } from '../store/policies.ts'
import type { Queryable } from '../store/sql.ts'
import { Stale } from './stale.ts'

/**
 * Locks the policy against changes until the transaction ends. It must be the last statement of a transaction with
 * several statements. Then no revocation can be acknowledged between the last change and the commit.
 *
 * @throws Stale when the policy changed after the decision
 */
export async function confirmPolicy(
  tx: Queryable,
  { policyVersion }: Pick<CommitRecord, 'policyVersion'>,
): Promise<void> {
  if (!(await lockPolicy(tx, policyVersion))) throw new Stale()
}

/**
 * Writes the record of a change, and then calls `confirmPolicy`, in the transaction of the change.
 *
 * @throws Stale when the policy changed after the decision
 */
export async function writeConfirmedRecord(tx: Queryable, record: CommitRecord): Promise<void> {
  await writeRecord(tx, record)
  await confirmPolicy(tx, record)
}
