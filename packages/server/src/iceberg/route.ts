import { operation, type OperationId } from '@headgate/iceberg/rest'
import type { Answer, Call, Operation } from '../http/operation.ts'
import { bodyLimits } from './body-limits.ts'

/**
 * An operation of the Iceberg REST specification: method and path come from there. Its changes carry `ridersOf` the
 * call, which announce them.
 */
export function route(
  id: OperationId,
  handle: (call: Call) => Promise<Answer>,
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
