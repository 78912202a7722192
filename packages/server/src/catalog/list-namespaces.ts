import type { Namespace } from '@headgate/iceberg/rest'
import { listFilter, shownIn } from '../access/decide.ts'
import type { Policies } from '../access/policies.ts'
import { splitLevels } from '../namespace-path.ts'
import { listChildPaths } from '../store/namespaces.ts'
import type { Caller } from './caller.ts'
import type { CatalogDeps } from './deps.ts'
import { findNamespace } from './find-namespace.ts'
import { authorizeWarehouse } from './find-warehouse.ts'
import { type ListPage, listPage, type PageRequest } from './list-page.ts'
import { type Warehouse, warehouseChain } from './warehouses.ts'

/**
 * Lists the paths of the direct child namespaces that the caller may see, of a namespace or of the warehouse.
 *
 * @param parent parent namespace. Null for the top level of the warehouse
 */
export async function listNamespaces(
  deps: Pick<CatalogDeps, 'sql'> & { readonly policies: Policies },
  caller: Caller,
  { warehouse, parent }: { readonly warehouse: Warehouse; readonly parent: Namespace | null },
  page: PageRequest,
  signal: AbortSignal,
): Promise<ListPage> {
  const above = parent === null ? null : await findNamespace(deps, caller, warehouse, parent, 'use')
  if (above === null) authorizeWarehouse(caller, warehouse, 'use')
  const policy = above?.policy ?? caller.policy
  const chain = above?.found.chain ?? warehouseChain(warehouse)
  const visible = {
    filter: listFilter(policy, chain),
    shown: shownIn<string>(policy, (path) => ({ ...chain.names, namespace: splitLevels(path) })),
  }
  const parentId = above?.found.row.id ?? null
  return await listPage(
    page,
    visible,
    (filter) => listChildPaths(deps.sql, warehouse.id, parentId, filter),
    signal,
  )
}
