import type { WarehouseRow } from '../store/warehouses.ts'
import type { LakeParts } from './lake-parts.ts'
import { ownerName } from './owner-name.ts'
import { viewOfWarehouse, type WarehouseView } from './warehouse-schemas.ts'

/** Returns a warehouse as its managers see it, with the name of its owner. */
export async function warehouseViewOf(
  { sql }: Pick<LakeParts, 'sql'>,
  row: WarehouseRow,
): Promise<WarehouseView> {
  return viewOfWarehouse(row, await ownerName(sql, row.ownerId))
}
