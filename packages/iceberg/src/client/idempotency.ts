import { operation, type OperationId } from '../rest/operations.ts'

/**
 * Operations that use POST but do not change the catalog. A plan that `planTableScan` creates expires if no client
 * fetches it.
 */
const READ_ONLY_POSTS: ReadonlySet<OperationId> = new Set(['signRequest', 'planTableScan', 'fetchScanTasks'])

/** Operations with POST or DELETE for which the specification defines no `Idempotency-Key`. */
const WITHOUT_IDEMPOTENCY_KEY: ReadonlySet<OperationId> = new Set(['getToken', 'createView', 'reportMetrics'])

/** Returns whether an operation changes the state of the catalog. */
export const changesState = (id: OperationId): boolean =>
  /^(?:POST|DELETE)$/.test(operation(id).method) && !READ_ONLY_POSTS.has(id)

/** Returns whether an operation accepts an `Idempotency-Key`, which makes it safe to repeat. */
export const takesIdempotencyKey = (id: OperationId): boolean =>
  changesState(id) && !WITHOUT_IDEMPOTENCY_KEY.has(id)

/**
 * Returns whether an operation may be executed twice without an `Idempotency-Key`. A drop must not be executed twice,
 * because another client may have created an object with the same name in between. The cancellation of a plan may be
 * executed twice, because plan ids are unique.
 */
export const isRepeatable = (id: OperationId): boolean => !changesState(id) || id === 'cancelPlanning'
