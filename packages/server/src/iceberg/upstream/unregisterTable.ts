import { HeadgateError } from '@headgate/errors'
import type { UpstreamOperation } from './upstream-operation.ts'

/** Refuses to unregister a table, because its files belong to the upstream. */
export const unregisterTable: UpstreamOperation = {
  handle: (_deps, _call, warehouse) =>
    Promise.reject(
      new HeadgateError(
        'unsupported',
        `Warehouse ${warehouse.name} forwards to another catalog: unregister the table there.`,
      ),
    ),
}
