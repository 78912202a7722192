import { decodeListTableIndicesRequest } from '@headgate/lance/model'
import { findRelation } from '../catalog/find-relation.ts'
import { readVersion } from '../catalog/lance/describe-version.ts'
import type { Operation } from '../operation/operation.ts'
import type { LanceDeps } from './deps.ts'
import { readRequest, toTableRef } from './params.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'
import { toIndices } from './table-indices.ts'

/** Lists the indices of a version of a Lance table, as its manifest states them. */
export function listTableIndices(deps: LanceDeps): Operation {
  return route('ListTableIndices', async (call) => {
    const request = await readRequest(deps, call, decodeListTableIndicesRequest)
    const { version, branch } = request.body
    const ref = toTableRef(deps, request)
    const { found } = await findRelation(deps, call, ref, 'lance-table', 'select', 'none')
    const named = { version: version ?? undefined, branch }
    const manifest = await readVersion(deps, found, named, call.signal)
    return jsonResponse({ indexes: toIndices(manifest) })
  })
}
