import { findRelation } from '../catalog/find-relation.ts'
import { listTags } from '../catalog/lance/tags.ts'
import type { Operation } from '../operation/operation.ts'
import type { LanceDeps } from './deps.ts'
import { nextPageToken, pageOf, pageParams } from './pages.ts'
import { idParam, toTableRef, managedWarehouseParam } from './params.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'

/** Lists the tags of a table. */
export function listTableTags(deps: LanceDeps): Operation {
  return route('ListTableTags', async (call) => {
    const ref = toTableRef(deps, { warehouse: await managedWarehouseParam(deps, call), id: idParam(call) })
    const page = pageParams(call, deps.maxPageSize)
    const { found } = await findRelation(deps, call, ref, 'lance-table', 'select', 'none')
    const { items, hasMore } = pageOf(await listTags(found, call.signal), page)
    return jsonResponse({
      tags: Object.fromEntries(
        items.map(({ name, version, branch, manifestSize }) => [
          name,
          { version, branch: branch ?? undefined, manifestSize },
        ]),
      ),
      page_token: nextPageToken({ names: items.map(({ name }) => name), hasMore }),
    })
  })
}
