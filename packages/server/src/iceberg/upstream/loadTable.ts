import { decodeSnapshotMode } from '@headgate/iceberg/rest'
import { loadRelation } from '../../upstream/load.ts'
import { relationParam } from '../params.ts'
import { loadedResponse } from './loaded-response.ts'
import type { UpstreamOperation } from './upstream-operation.ts'

/** Loads a table of the upstream catalog. The response contains the metadata text of the upstream unchanged. */
export const loadTable: UpstreamOperation = {
  handle: async (deps, call, warehouse) => {
    const snapshots = decodeSnapshotMode(call.query.get('snapshots') ?? undefined)
    const ref = { warehouse, identifier: relationParam(deps, call, 'table') }
    const { name, metadata, row } = await loadRelation(deps, call, ref, 'table', snapshots, null)
    return loadedResponse(deps, call, ref, { metadata, row, chain: name.chain, snapshots, kind: 'table' })
  },
}
