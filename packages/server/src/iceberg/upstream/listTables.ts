import { listRelations } from './list-relations.ts'
import type { UpstreamOperation } from './upstream-operation.ts'

/** Lists the tables of a namespace of the upstream catalog that the caller may see. */
export const listTables: UpstreamOperation = {
  handle: (deps, call, warehouse) => listRelations(deps, call, warehouse, 'table'),
}
