import { lockPolicy } from '../store/policies.ts'
import type { Riders } from '../store/riders.ts'
import type { Queryable } from '../store/sql.ts'
import { Stale } from './stale.ts'

/**
 * Keeps the policy from changing until the transaction ends. It is the last statement of a transaction with several
 * statements, so that a revocation cannot be acknowledged between the last change and the commit.
 *
 * @throws Stale when the policy changed since the decision
 */
export async function confirmPolicy(
  tx: Queryable,
  { policyVersion }: Pick<Riders, 'policyVersion'>,
): Promise<void> {
  if (!(await lockPolicy(tx, policyVersion))) throw new Stale()
}
