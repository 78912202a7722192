import { operation, type OperationId } from '@headgate/iceberg/rest'
import type { Response, Call, Operation } from '../operation/operation.ts'
import { bodyLimits } from './body-limits.ts'

/**
 * Returns an operation with the method and path of the Iceberg REST specification. An operation that changes the
 * catalog makes its change in `commitOnce`, which passes `Call.begin` as the hook `onSend`. The hook runs directly
 * before the change is sent to the database.
 */
export function route(
  id: OperationId,
  handle: (call: Call) => Promise<Response>,
  more: Pick<Operation, 'needsNoUser' | 'admit' | 'renews'> = {},
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
