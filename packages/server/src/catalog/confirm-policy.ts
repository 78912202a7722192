import { type CommitRecord, writeRecord } from '../store/commit-record.ts'
import { lockPolicy } from '../store/policies.ts'
import type { Queryable } from '../store/sql.ts'
import { Stale } from './stale.ts'

/**
 * Checks that the policy has not changed since the decision, and locks it against changes until the
 * transaction ends. Must be the last statement of a transaction with several statements, so that no
 * revocation can be acknowledged between the last change and the commit.
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
 * Writes the record (audit events and idempotency row) of a change in the transaction of the change, and then
 * calls `confirmPolicy`.
 *
 * @throws Stale when the policy changed after the decision
 */
export async function writeConfirmedRecord(tx: Queryable, record: CommitRecord): Promise<void> {
  await writeRecord(tx, record)
  await confirmPolicy(tx, record)
}
