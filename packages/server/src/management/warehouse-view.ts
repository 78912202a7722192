import type { WarehouseRow } from '../catalog/warehouses.ts'
import type { WarehouseApiDeps } from './warehouse-deps.ts'
import { findOwnerName } from '../directory/owner-name.ts'
import { toWarehouseView, type WarehouseView } from './warehouse-schemas.ts'

/** Returns a warehouse in its form for callers that manage it, with the name of its owner. */
export async function describeWarehouse(
  { sql }: Pick<WarehouseApiDeps, 'sql'>,
  row: WarehouseRow,
): Promise<WarehouseView> {
  return toWarehouseView(row, await findOwnerName(sql, row.ownerId))
}
