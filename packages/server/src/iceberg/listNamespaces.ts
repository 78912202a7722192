import { listNamespaces as list } from '../catalog/list-namespaces.ts'
import type { Operation } from '../operation/operation.ts'
import { splitLevels } from '../namespace-path.ts'
import type { IcebergDeps } from './deps.ts'
import { nextPageToken, pageParams } from './page-params.ts'
import { parentParam, managedWarehouseParam } from './params.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'

/** Lists the namespaces directly below the warehouse, or below the query parameter `parent`. */
export function listNamespaces(deps: IcebergDeps): Operation {
  return route('listNamespaces', async (call) => {
    const above = { warehouse: await managedWarehouseParam(deps, call), parent: parentParam(deps, call) }
    const page = pageParams(call, deps.maxPageSize)
    const { names: paths, hasMore } = await list(deps, call, above, page, call.signal)
    return jsonResponse({
      namespaces: paths.map(splitLevels),
      'next-page-token': nextPageToken(paths.at(-1), hasMore),
    })
  })
}
