import { decodeRenameRequest } from '@headgate/iceberg/rest'
import { authorizeInWarehouse } from '../catalog/admit-in-warehouse.ts'
import { mapDone } from '../catalog/commit/outcome.ts'
import { renameRelation as rename } from '../catalog/commit/rename-relation.ts'
import type { Response, Call } from '../operation/operation.ts'
import { commitOnce } from './commit-once.ts'
import type { IcebergDeps } from './deps.ts'
import { managedWarehouseParam } from './params.ts'
import { noContent } from './responses.ts'

/** Renames a table or view of the warehouse in the path. */
export async function renameRelation(
  deps: IcebergDeps,
  call: Call,
  kind: 'table' | 'view',
): Promise<Response> {
  const warehouse = await managedWarehouseParam(deps, call)
  await authorizeInWarehouse(deps, call, warehouse)
  const { source, destination } = decodeRenameRequest(await call.json(), deps.nameLimits)
  const from = { warehouse, identifier: source }
  const to = { warehouse, identifier: destination }
  return commitOnce(deps, call, {
    status: 204,
    attempt: async (context) => mapDone(await rename(deps, context, kind, from, to), () => noContent),
    replay: () => noContent,
  })
}
