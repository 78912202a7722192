import { HeadgateError } from '@headgate/errors'
import { currentMetadata } from '../catalog/commit/current-metadata.ts'
import type { TableMetadata } from '@headgate/iceberg/metadata'
import type { CatalogDeps } from '../catalog/deps.ts'
import { objectWithin, recordedPrefixes } from '../catalog/own-places.ts'
import { tableModel } from '../catalog/relation-model.ts'
import type { ReadRestriction } from '../catalog/find-readable.ts'
import type { Target } from '../catalog/target.ts'
import type { ProvenIdentity } from '../proven-identity.ts'
import type { OpenFile } from './manifest-files.ts'
import type { PlannedTable } from './plan-scan.ts'
import type { ScannedTable } from './scanned-table.ts'

/**
 * Matches the `User-Agent` of clients that refuse a complete plan when a partition value is null. These clients need
 * partitions only for columns that a file does not contain.
 */
const withoutNullPartitions = /^PyIceberg\/0\.1[0-2]\./

/**
 * Returns a table for a plan of a caller, with its current metadata.
 *
 * @throws HeadgateError `damaged-metadata`
 */
export async function plannedTable(
  deps: Pick<CatalogDeps, 'metadataTexts' | 'decodedTables'>,
  { target, restriction }: { readonly target: Target; readonly restriction: ReadRestriction | null },
  { principal }: Pick<ProvenIdentity, 'principal'>,
  userAgent: string | undefined,
): Promise<PlannedTable> {
  const table = await scannedTable(deps, target)
  const columns = restriction?.columns ?? null
  return {
    ...table,
    visibleColumns: columns === null ? null : columnIds(table.metadata, columns),
    // A trusted engine enforces the row filter itself.
    rows: restriction === null || restriction.isEnforced ? null : restriction.rows,
    principalId: principal.id,
    omitsNullPartitions: withoutNullPartitions.test(userAgent ?? ''),
  }
}

/**
 * Returns a table with its current metadata.
 *
 * @throws HeadgateError `damaged-metadata`
 */
export async function scannedTable(
  deps: Pick<CatalogDeps, 'metadataTexts' | 'decodedTables'>,
  target: Target,
): Promise<ScannedTable> {
  return {
    relationId: target.relation.id,
    metadata: await currentMetadata(deps, tableModel, deps.decodedTables, target),
    open: openWithin(target),
  }
}

function columnIds(metadata: TableMetadata, names: readonly string[]): ReadonlySet<number> {
  const current = metadata.schemas.find((each) => each['schema-id'] === metadata['current-schema-id'])
  const fields = current?.fields.filter(({ name }) => names.includes(name)) ?? []
  return new Set(fields.map(({ id }) => id))
}

/**
 * Returns the function that opens files of a table. Writers of a table choose the paths in its snapshots and manifest
 * lists, so files outside of its recorded locations are refused: they can belong to another table.
 */
function openWithin({ warehouse, relation }: Target): OpenFile {
  const prefixes = recordedPrefixes(relation)
  return async (location, signal) => {
    if (objectWithin(location, prefixes) === null)
      throw new HeadgateError(
        'unsupported',
        `The manifest ${location} is outside of the locations of the table, so the server does not read it. Plan the scan in the client.`,
      )
    return (await warehouse.storage.get(location, { signal })).body
  }
}
