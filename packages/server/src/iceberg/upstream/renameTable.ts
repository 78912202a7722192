import { renameRelation } from './rename-relation.ts'
import type { UpstreamOperation } from './upstream-operation.ts'

/** Renames a table in the upstream catalog. */
export const renameTable: UpstreamOperation = {
  handle: (deps, call, warehouse) => renameRelation(deps, call, warehouse, 'table'),
}
