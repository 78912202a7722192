import { findRelation } from '../catalog/find-relation.ts'
import { listBranches } from '../catalog/lance/list-branches.ts'
import type { Operation } from '../operation/operation.ts'
import type { LanceDeps } from './deps.ts'
import { nextPageToken, pageOf, pageParams } from './pages.ts'
import { idParam, toTableRef, managedWarehouseParam } from './params.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'

/** Lists the branches of a table, without the main branch. */
export function listTableBranches(deps: LanceDeps): Operation {
  return route('ListTableBranches', async (call) => {
    const ref = toTableRef(deps, { warehouse: await managedWarehouseParam(deps, call), id: idParam(call) })
    const page = pageParams(call, deps.maxPageSize)
    const { found } = await findRelation(deps, call, ref, 'lance-table', 'select', 'none')
    const { items, hasMore } = pageOf(await listBranches(found, call.signal), page)
    return jsonResponse({
      branches: Object.fromEntries(
        items.map(({ name, parentBranch, parentVersion, createdAt, manifestSize }) => [
          name,
          { parentBranch: parentBranch ?? undefined, parentVersion, createAt: createdAt, manifestSize },
        ]),
      ),
      page_token: nextPageToken({ names: items.map(({ name }) => name), hasMore }),
    })
  })
}
