import { type CommitContext, toCommitContext } from '../catalog/commit/commit-context.ts'
import type { Outcome } from '../catalog/commit/outcome.ts'
import { retryMoved } from '../catalog/commit/retry-moved.ts'
import type { Response, Call } from '../operation/operation.ts'
import { idempotent, type IdempotentOperation } from '../idempotency/idempotent.ts'
import type { IcebergDeps } from './deps.ts'

/**
 * Change that is made once, even if the client sends its request several times. `commitOnce` runs its attempts inside of
 * `idempotent`, and `idempotent` inside of `retryMoved`.
 */
export interface Change {
  /** Status of the response when the change succeeds. */
  readonly status: 200 | 204
  /**
   * Makes the change, and encodes its response. It is called again while its outcome is `moved`: a row or the policy
   * changed meanwhile, and nothing was committed.
   */
  attempt(context: CommitContext): Promise<Outcome<Response>>
  /** Encodes the response of an earlier request with the same `Idempotency-Key`. */
  replay(...stored: Parameters<IdempotentOperation<Response>['replay']>): Response | Promise<Response>
}

/**
 * Makes a change once for its `Idempotency-Key`. Retries the change when another transaction modified a row or
 * the policy meanwhile.
 */
export async function commitOnce(
  deps: Pick<IcebergDeps, 'idempotency'>,
  call: Call,
  { status, attempt, replay }: Change,
): Promise<Response> {
  return await retryMoved(call, () =>
    idempotent(deps.idempotency, call, {
      status,
      // `retryMoved` replaces `call.policy`, so each attempt needs a new context.
      attempt: (key) => attempt(toCommitContext(call, key)),
      replay: async (stored) => await replay(stored),
    }),
  )
}
