import { renameRelation } from './rename-relation.ts'
import type { UpstreamOperation } from './upstream-operation.ts'

/** Renames a view in the upstream catalog. */
export const renameView: UpstreamOperation = {
  handle: (deps, call, warehouse) => renameRelation(deps, call, warehouse, 'view'),
}
