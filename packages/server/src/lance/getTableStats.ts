import { decodeGetTableStatsRequest } from '@headgate/lance/model'
import { findRelation } from '../catalog/find-relation.ts'
import { readVersion } from '../catalog/lance/describe-version.ts'
import type { Operation } from '../operation/operation.ts'
import type { LanceDeps } from './deps.ts'
import { readRequest, toTableRef } from './params.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'
import { tableStats } from './table-details.ts'

/** Returns statistics of the latest version of a table or branch. */
export function getTableStats(deps: LanceDeps): Operation {
  return route('GetTableStats', async (call) => {
    const request = await readRequest(deps, call, decodeGetTableStatsRequest)
    const ref = toTableRef(deps, request)
    const { found } = await findRelation(deps, call, ref, 'lance-table', 'select', 'none')
    return jsonResponse(tableStats(await readVersion(deps, found, request.body, call.signal)))
  })
}
