import { operation, type OperationId } from '../rest/operations.ts'

/** Sent with POST, and yet nothing of the catalog is different afterwards: a plan nobody asks for any more ends by itself. */
const LOOKS: ReadonlySet<OperationId> = new Set(['signRequest', 'planTableScan', 'fetchScanTasks'])

/** Those that change something, but for which the specification knows no `Idempotency-Key`. */
const KEYLESS: ReadonlySet<OperationId> = new Set(['getToken', 'createView', 'reportMetrics'])

/** Whether something is different when an operation has been carried out. */
export const changes = (id: OperationId): boolean =>
  /^(?:POST|DELETE)$/.test(operation(id).method) && !LOOKS.has(id)

/** Whether an operation takes an `Idempotency-Key`, so that it can be repeated. */
export const takesKey = (id: OperationId): boolean => changes(id) && !KEYLESS.has(id)

/**
 * Whether an operation does the same when it is carried out twice. Nothing is dropped a second time: what has the name by
 * then may have been made anew. A plan has an id that no other one gets.
 */
export const repeatable = (id: OperationId): boolean => !changes(id) || id === 'cancelPlanning'
