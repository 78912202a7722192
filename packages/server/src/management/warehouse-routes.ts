import type { ManagementOperation } from './define.ts'
import { detailOperations } from './details.ts'
import { droppedOperations } from './dropped.ts'
import { keyOperations } from './keys.ts'
import type { WarehouseApiDeps } from './warehouse-deps.ts'
import { namespaceLocationOperations } from './namespace-locations.ts'
import { ownedNamespaceOperations } from './owned-namespaces.ts'
import { objectCountOperations } from './object-counts.ts'
import { protectionOperations } from './protection.ts'
import { scanPlanningOperations } from './scan-planning.ts'
import { relationFactOperations } from './relation-facts.ts'
import { retiredPlaceOperations } from './retired-places.ts'
import { revocationOperations } from './revocations.ts'
import { searchOperations } from './search-names.ts'
import { storageOrphanOperations } from './storage-orphans.ts'
import { storageOverlapOperations } from './storage-overlaps.ts'
import { warehouseCheckOperations } from './warehouse-check.ts'
import { warehouseProbeOperations } from './warehouse-probe.ts'
import { warehouseUpdateOperations } from './warehouse-update.ts'
import { warehouseOperations } from './warehouses.ts'

/** Returns the operations on warehouses and their content, for `managementApi`. */
export function warehouseApiOperations(deps: WarehouseApiDeps): readonly ManagementOperation[] {
  return [
    ...warehouseOperations(deps),
    ...warehouseUpdateOperations(deps),
    ...warehouseProbeOperations(deps),
    ...warehouseCheckOperations(deps),
    ...detailOperations(deps),
    ...relationFactOperations(deps),
    ...objectCountOperations(deps),
    ...searchOperations(deps),
    ...ownedNamespaceOperations(deps),
    ...namespaceLocationOperations(deps),
    ...protectionOperations(deps),
    ...scanPlanningOperations(deps),
    ...droppedOperations(deps),
    ...storageOrphanOperations(deps),
    ...retiredPlaceOperations(deps),
    ...storageOverlapOperations(deps),
    ...revocationOperations(deps),
    ...keyOperations(deps),
  ]
}
