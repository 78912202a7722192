import { HeadgateError } from '@headgate/errors'
import { decideConfig, listFilter, serverChain, shownIn } from '../access/decide.ts'
import { fillPage } from '../access/fill-page.ts'
import { listWarehouses, type WarehouseRow } from '../store/warehouses.ts'
import type { Caller } from './caller.ts'
import type { CatalogDeps } from './deps.ts'
import { warehouseChain, type Warehouses } from './warehouses.ts'

/** Dependencies of `findDefaultWarehouse`. */
export interface DefaultWarehouseDeps extends Pick<CatalogDeps, 'sql'> {
  readonly warehouses: Warehouses
  readonly defaultWarehouse: string
}

/**
 * Returns the name of the warehouse for a client that names no warehouse: the configured default warehouse,
 * or else the only warehouse that the caller may see.
 *
 * @throws HeadgateError `bad-request` when no default is configured and the caller may see no warehouse or
 *   several
 */
export async function findDefaultWarehouse(
  { sql, warehouses, defaultWarehouse }: DefaultWarehouseDeps,
  { policy }: Pick<Caller, 'policy'>,
  signal: AbortSignal,
): Promise<string> {
  const configured = await warehouses.get(defaultWarehouse)
  if (configured !== null && decideConfig(policy, warehouseChain(configured)).outcome === 'allow')
    return configured.name
  const filter = listFilter(policy, serverChain)
  const { within } = filter
  const [ids, owners] = filter.all ? [null, []] : [filter.ids, [filter.principalId]]
  const [first, ...others] = await fillPage(
    2,
    (after, limit) => listWarehouses(sql, { after: after?.name ?? null, ids, owners, within, limit }),
    shownIn<WarehouseRow>(policy, (row) => warehouseChain(row).names),
    signal,
  )
  if (first !== undefined && others.length === 0) return first.name
  throw new HeadgateError(
    'bad-request',
    'The request names no warehouse: set the client property "warehouse".',
  )
}
