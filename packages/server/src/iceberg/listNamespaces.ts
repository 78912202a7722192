import { listFilter, shownIn } from '../access/decide.ts'
import { warehouseChain } from '../catalog/warehouses.ts'
import type { Operation } from '../http/operation.ts'
import { levelsOf, listChildPaths } from '../store/namespaces.ts'
import { jsonAnswer } from './answers.ts'
import { allowWarehouse, findNamespace, warehouseOf } from './find.ts'
import { listPage } from './listing.ts'
import { parentParam } from './names.ts'
import type { IcebergParts } from './parts.ts'
import { route } from './route.ts'

/** The namespaces right below the warehouse, or below `parent`. */
export function listNamespaces(parts: IcebergParts): Operation {
  return route('listNamespaces', async (call) => {
    const warehouse = await warehouseOf(parts, call)
    const parent = parentParam(parts, call)
    const above = parent === null ? null : await findNamespace(parts, call, warehouse, parent, 'use')
    if (above === null) allowWarehouse(call, warehouse, 'use')
    const policy = above?.policy ?? call.policy
    const chain = above?.found.chain ?? warehouseChain(warehouse)
    const filter = listFilter(policy, chain)
    const shown = shownIn<string>(policy, (path) => ({ ...chain.names, namespace: levelsOf(path) }))
    const { names, nextPageToken } = await listPage(call, parts.maxPageSize, { filter, shown }, (page) =>
      listChildPaths(parts.sql, warehouse.id, above?.found.row.id ?? null, page),
    )
    return jsonAnswer({ namespaces: names.map(levelsOf), 'next-page-token': nextPageToken })
  })
}
