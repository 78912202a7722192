import type { ManagementOperation } from './define.ts'
import { detailOperations } from './details.ts'
import { droppedOperations } from './dropped.ts'
import { keyOperations } from './keys.ts'
import type { LakeParts } from './lake-parts.ts'
import { namespaceLocationOperations } from './namespace-locations.ts'
import { protectionOperations } from './protection.ts'
import { retiredPlaceOperations } from './retired-places.ts'
import { revocationOperations } from './revocations.ts'
import { storageOrphanOperations } from './storage-orphans.ts'
import { storageOverlapOperations } from './storage-overlaps.ts'
import { warehouseCheckOperations } from './warehouse-check.ts'
import { warehouseProbeOperations } from './warehouse-probe.ts'
import { warehouseUpdateOperations } from './warehouse-update.ts'
import { warehouseOperations } from './warehouses.ts'

/** The operations on warehouses and what is in them; for `managementRoutes(parts, lakeOperations(lake))`. */
export function lakeOperations(parts: LakeParts): readonly ManagementOperation[] {
  return [
    ...warehouseOperations(parts),
    ...warehouseUpdateOperations(parts),
    ...warehouseProbeOperations(parts),
    ...warehouseCheckOperations(parts),
    ...detailOperations(parts),
    ...namespaceLocationOperations(parts),
    ...protectionOperations(parts),
    ...droppedOperations(parts),
    ...storageOrphanOperations(parts),
    ...retiredPlaceOperations(parts),
    ...storageOverlapOperations(parts),
    ...revocationOperations(parts),
    ...keyOperations(parts),
  ]
}
