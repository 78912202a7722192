import { decodeCommitTransactionRequest } from '@headgate/iceberg/rest'
import { admitInWarehouse, authorizeInWarehouse } from '../catalog/admit-in-warehouse.ts'
import { commitTables } from '../catalog/commit/commit-tables.ts'
import { mapDone } from '../catalog/commit/outcome.ts'
import type { Call, Operation, Response } from '../operation/operation.ts'
import { commitOnce } from './commit-once.ts'
import type { IcebergDeps } from './deps.ts'
import { managedWarehouseParam } from './params.ts'
import { noContent } from './responses.ts'
import { route } from './route.ts'

/** Commits changes of several tables, all or none. */
export function commitTransaction(deps: IcebergDeps): Operation {
  const handle = async (call: Call): Promise<Response> => {
    const warehouse = await managedWarehouseParam(deps, call)
    await authorizeInWarehouse(deps, call, warehouse)
    const body = await call.json({ keepNumberText: true })
    const { tableChanges } = decodeCommitTransactionRequest(body, deps.nameLimits)
    return commitOnce(deps, call, {
      status: 204,
      attempt: async (context) =>
        mapDone(await commitTables(deps, context, warehouse, tableChanges), () => noContent),
      replay: () => noContent,
    })
  }
  const admit = async (call: Call): Promise<void> =>
    admitInWarehouse(deps, call, await managedWarehouseParam(deps, call), ['modify', 'create'])
  return route('commitTransaction', handle, { admit })
}
