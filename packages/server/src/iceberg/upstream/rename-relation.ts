import { decodeRenameRequest } from '@headgate/iceberg/rest'
import { authorizeWarehouse } from '../../catalog/find-warehouse.ts'
import type { Warehouse } from '../../catalog/warehouses.ts'
import type { Call, Response } from '../../operation/operation.ts'
import { renameRelation as rename } from '../../upstream/rename.ts'
import type { IcebergDeps } from '../deps.ts'
import { noContent } from '../responses.ts'
import { idempotencyKey } from './dispatch.ts'

/** Renames a table or view of the warehouse in the path. */
export async function renameRelation(
  deps: IcebergDeps,
  call: Call,
  warehouse: Warehouse,
  kind: 'table' | 'view',
): Promise<Response> {
  authorizeWarehouse(call, warehouse, 'use')
  const { source, destination } = decodeRenameRequest(await call.json(), deps.nameLimits)
  const from = { warehouse, identifier: source }
  const to = { warehouse, identifier: destination }
  await rename(deps, call, kind, from, to, idempotencyKey(call), call.signal)
  return noContent
}
