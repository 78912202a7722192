import { loadRelation } from '../../upstream/load.ts'
import { relationParam } from '../params.ts'
import { loadedResponse } from './loaded-response.ts'
import type { UpstreamOperation } from './upstream-operation.ts'

/** Loads a view of the upstream catalog. */
export const loadView: UpstreamOperation = {
  handle: async (deps, call, warehouse) => {
    const ref = { warehouse, identifier: relationParam(deps, call, 'view') }
    const { name, metadata, row } = await loadRelation(deps, call, ref, 'view', 'all', null)
    return loadedResponse(deps, call, ref, {
      metadata,
      row,
      chain: name.chain,
      snapshots: 'all',
      kind: 'view',
    })
  },
}
