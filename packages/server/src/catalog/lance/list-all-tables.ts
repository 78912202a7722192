import type { TableIdentifier } from '@headgate/iceberg/rest'
import { filterBelow } from '../../access/manage-filter.ts'
import { shownIn } from '../../access/decide.ts'
import { splitLevels } from '../../namespace-path.ts'
import { keySeparator, listLanceTables } from '../../store/lance-tables.ts'
import type { Caller } from '../caller.ts'
import type { CatalogDeps } from '../deps.ts'
import { authorizeWarehouse } from '../find-warehouse.ts'
import { type ListPage, listPage, type PageRequest } from '../list-page.ts'
import { type Warehouse, warehouseChain } from '../warehouses.ts'

/**
 * Lists the Lance tables that the caller may see, in all namespaces of a warehouse. Each entry is a key of
 * namespace and name; see `parseTableKey`.
 */
export async function listAllTables(
  { sql }: Pick<CatalogDeps, 'sql'>,
  caller: Caller,
  warehouse: Warehouse,
  page: PageRequest,
  signal: AbortSignal,
): Promise<ListPage> {
  authorizeWarehouse(caller, warehouse, 'use')
  const chain = warehouseChain(warehouse)
  const { ids, owners } = filterBelow(caller.policy, chain, 'use')
  const shown = shownIn<string>(caller.policy, (key) => {
    const { namespace, name } = parseTableKey(key)
    return { ...chain.names, namespace, relation: { kind: 'lance-table', name } }
  })
  const read = (filter: { after: string | null; limit: number }): Promise<readonly string[]> =>
    listLanceTables(sql, warehouse.id, { ...filter, ids, owners })
  return await listPage(page, { filter: { all: true, within: null }, shown }, read, signal)
}

/** Returns the table identifier that a key of the list contains. */
export function parseTableKey(key: string): TableIdentifier {
  const [path = '', name = ''] = key.split(keySeparator)
  return { namespace: splitLevels(path), name }
}
