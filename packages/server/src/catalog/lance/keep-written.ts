import type { TableIdentifier } from '@headgate/iceberg/rest'
import type { CatalogDeps } from '../deps.ts'
import { resolve } from '../resolve.ts'
import type { Warehouse } from '../warehouses.ts'
import { findLatestVersion } from './hidden-versions.ts'

/** Number of tables that are checked in the storage at the same time. */
const concurrency = 16

/** Returns only the tables that have at least one version in the storage, in the same order. */
export async function keepWritten(
  deps: Pick<CatalogDeps, 'sql'>,
  warehouse: Warehouse,
  identifiers: readonly TableIdentifier[],
  signal: AbortSignal,
): Promise<readonly TableIdentifier[]> {
  const isWritten = async (identifier: TableIdentifier): Promise<boolean> => {
    const { relation } = await resolve(deps.sql, warehouse.id, identifier)
    if (relation === null) return false
    return (await findLatestVersion(deps, { warehouse, relation }, null, signal)) !== null
  }
  const kept: TableIdentifier[] = []
  for (let start = 0; start < identifiers.length; start += concurrency) {
    const group = identifiers.slice(start, start + concurrency)
    const written = await Promise.all(group.map(isWritten))
    kept.push(...group.filter((_, index) => written[index]))
  }
  return kept
}
