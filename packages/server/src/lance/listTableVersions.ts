import { findRelation } from '../catalog/find-relation.ts'
import { listVersions } from '../catalog/lance/list-versions.ts'
import { versionMetadata } from '../catalog/lance/version-metadata.ts'
import type { Operation } from '../operation/operation.ts'
import type { LanceDeps } from './deps.ts'
import { nextPageToken, pageParams } from './pages.ts'
import { idParam, toTableRef, managedWarehouseParam } from './params.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'
import { toTableVersion } from './table-version.ts'

/** Lists the versions of a table or branch. */
export function listTableVersions(deps: LanceDeps): Operation {
  return route('ListTableVersions', async (call) => {
    const ref = toTableRef(deps, { warehouse: await managedWarehouseParam(deps, call), id: idParam(call) })
    const { found } = await findRelation(deps, call, ref, 'lance-table', 'select', 'none')
    const branch = call.query.get('branch') ?? undefined
    const page = pageParams(call, deps.maxPageSize)
    const { versions, hasMore } = await listVersions(
      deps,
      found,
      {
        branch,
        descending: call.query.get('descending') === 'true',
        after: page === null || page.after === null ? null : Number(page.after),
        size: page === null ? deps.maxPageSize : page.size,
      },
      call.signal,
    )
    const numbers = versions.map(({ version }) => version)
    const metadata = await versionMetadata(deps, found, branch, numbers)
    return jsonResponse({
      versions: versions.map((manifest) => toTableVersion(manifest, metadata.get(manifest.version))),
      page_token: nextPageToken({ names: numbers.map(String), hasMore }),
    })
  })
}
