import { listNamespaces as list } from '../catalog/list-namespaces.ts'
import { splitLevels } from '../namespace-path.ts'
import type { Operation } from '../operation/operation.ts'
import type { LanceDeps } from './deps.ts'
import { nextPageToken, pageParams } from './pages.ts'
import { idParam, toNamespace, managedWarehouseParam } from './params.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'

/** Lists the names of the namespaces directly below a namespace or the root. */
export function listNamespaces(deps: LanceDeps): Operation {
  return route('ListNamespaces', async (call) => {
    const listed = {
      warehouse: await managedWarehouseParam(deps, call),
      parent: toNamespace(deps, idParam(call)),
    }
    const page = await list(deps, call, listed, pageParams(call, deps.maxPageSize), call.signal)
    const namespaces = page.names.map((path) => splitLevels(path).at(-1))
    return jsonResponse({ namespaces, page_token: nextPageToken(page) })
  })
}
