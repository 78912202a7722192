import { operation, type OperationId } from '@headgate/iceberg/rest'
import type { Response, Call, Operation } from '../operation/operation.ts'
import { bodyLimits } from './body-limits.ts'

/**
 * Returns an operation with the method and path of the Iceberg REST specification. The operation must call
 * `Call.begin` directly before it sends a change to the database.
 */
export function route(
  id: OperationId,
  handle: (call: Call) => Promise<Response>,
  more: Pick<Operation, 'needsNoUser' | 'admit'> = {},
): Operation {
  const { method, path } = operation(id)
  const maxBodyBytes = bodyLimits[id]
  return {
    id,
    method,
    path: path.replaceAll(/\{([\w-]+)\}/g, ':$1'),
    announces: true,
    ...(maxBodyBytes === undefined ? {} : { maxBodyBytes }),
    ...more,
    handle,
  }
}
