import { listRelations } from './list-relations.ts'
import type { UpstreamOperation } from './upstream-operation.ts'

/** Lists the views of a namespace of the upstream catalog that the caller may see. */
export const listViews: UpstreamOperation = {
  handle: (deps, call, warehouse) => listRelations(deps, call, warehouse, 'view'),
}
