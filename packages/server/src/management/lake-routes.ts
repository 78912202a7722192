import type { ManagementOperation } from './define.ts'
import { detailOperations } from './details.ts'
import { droppedOperations } from './dropped.ts'
import type { LakeParts } from './lake-parts.ts'
import { protectionOperations } from './protection.ts'
import { storageOrphanOperations } from './storage-orphans.ts'
import { warehouseProbeOperations } from './warehouse-probe.ts'
import { warehouseUpdateOperations } from './warehouse-update.ts'
import { warehouseOperations } from './warehouses.ts'

/** The operations on warehouses and what is in them; for `managementRoutes(parts, lakeOperations(lake))`. */
export function lakeOperations(parts: LakeParts): readonly ManagementOperation[] {
  return [
    ...warehouseOperations(parts),
    ...warehouseUpdateOperations(parts),
    ...warehouseProbeOperations(parts),
    ...detailOperations(parts),
    ...protectionOperations(parts),
    ...droppedOperations(parts),
    ...storageOrphanOperations(parts),
  ]
}
