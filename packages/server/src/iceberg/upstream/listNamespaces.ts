import { listNamespaces as list } from '../../upstream/list.ts'
import { parentParam } from '../params.ts'
import { jsonResponse } from '../responses.ts'
import { nextToken, upstreamPage } from './page-params.ts'
import type { UpstreamOperation } from './upstream-operation.ts'

/** Lists the namespaces of the upstream catalog that the caller may see. */
export const listNamespaces: UpstreamOperation = {
  handle: async (deps, call, warehouse) => {
    const above = { warehouse, parent: parentParam(deps, call) }
    const { items, next } = await list(deps, call, above, upstreamPage(call, deps.maxPageSize), call.signal)
    return jsonResponse({
      namespaces: items.map((levels) => [...levels]),
      'next-page-token': nextToken(next),
    })
  },
}
