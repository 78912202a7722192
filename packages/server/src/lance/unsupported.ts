import { HeadgateError } from '@headgate/errors'
import type { OperationId } from '@headgate/lance/model'
import type { Operation } from '../operation/operation.ts'
import { route } from './route.ts'

/** Returns an operation of the protocol that this server does not execute. */
export function unsupported(id: OperationId): Operation {
  return route(id, () =>
    Promise.reject(
      new HeadgateError(
        'unsupported',
        `This server does not support ${id}. Open the table with a client of Lance, which reads and writes its files itself.`,
      ),
    ),
  )
}
