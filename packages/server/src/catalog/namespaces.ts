import type { Namespace } from '@headgate/iceberg/rest'
import { namespaceChain } from '../access/chain.ts'
import type { Chain } from '../privilege.ts'
import { findNamespace, type NamespaceRow } from '../store/namespaces.ts'
import type { CatalogDeps } from './deps.ts'
import { type Warehouse, warehouseChain } from './warehouses.ts'

/** Existing namespace with its row and its privilege chain. */
export interface FoundNamespace {
  readonly warehouse: Warehouse
  readonly levels: Namespace
  readonly row: NamespaceRow
  readonly chain: Chain
}

/** Returns the namespace with this path, or null when it does not exist. */
export async function lookUpNamespace(
  deps: Pick<CatalogDeps, 'sql'>,
  warehouse: Warehouse,
  levels: Namespace,
): Promise<FoundNamespace | null> {
  const row = await findNamespace(deps.sql, warehouse.id, levels)
  if (row === null) return null
  return { warehouse, levels, row, chain: namespaceChain(row, warehouseChain(warehouse), levels) }
}
