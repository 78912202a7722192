import { type CommitContext, toCommitContext } from '../catalog/commit/commit-context.ts'
import type { Outcome } from '../catalog/commit/outcome.ts'
import { retryMoved } from '../catalog/commit/retry-moved.ts'
import type { Call } from '../operation/operation.ts'

/**
 * Makes a change of the catalog. Repeats it when other requests changed the same rows meanwhile. The Lance protocol has
 * no idempotency keys.
 */
export async function commit<T>(
  call: Call,
  attempt: (context: CommitContext) => Promise<Outcome<T>>,
): Promise<T> {
  return await retryMoved(call, () => attempt(toCommitContext(call, null)))
}
