import { HeadgateError } from '@headgate/errors'
import { operation, type OperationId } from '@headgate/lance/model'
import type { Call, Operation, Response } from '../operation/operation.ts'

const basePath = '/lance/:warehouse'

/** Returns the id of an operation in audit events, metrics and the table of privileges. */
export const auditName = (id: OperationId): string => `lance${id}`

/**
 * Operations whose path has a fixed segment at a place where other paths have a parameter. The router does not support
 * both at one place, so it matches any value of the parameter there, and the operation compares the value with the
 * segment.
 */
const fixedSegments: Partial<Record<OperationId, { readonly parameter: string; readonly segment: string }>> =
  {
    BatchCreateTableVersions: { parameter: 'id', segment: 'version' },
    BatchCommitTables: { parameter: 'id', segment: 'batch-commit' },
    ListTableIndices: { parameter: 'index_name', segment: 'list' },
  }

/** Returns an operation with the method and path of the Lance Namespace specification, below the path of a warehouse. */
export function route(id: OperationId, handle: (call: Call) => Promise<Response>): Operation {
  const { method, path } = operation(id)
  const fixed = fixedSegments[id]
  const template = fixed === undefined ? path : path.replace(`/${fixed.segment}`, `/{${fixed.parameter}}`)
  return {
    id: auditName(id),
    method,
    path: basePath + template.replaceAll(/\{(\w+)\}/g, ':$1'),
    announces: true,
    acceptsApiKey: true,
    // The remote client of LanceDB ends its paths with a slash.
    acceptsFinalSlash: true,
    // Clients renew storage credentials by describing the table.
    renews: id === 'DescribeTable',
    async handle(call) {
      if (fixed !== undefined && call.params[fixed.parameter] !== fixed.segment)
        throw new HeadgateError('no-such-route', 'The Lance Namespace specification has no such path.')
      return await handle(call)
    },
  }
}
