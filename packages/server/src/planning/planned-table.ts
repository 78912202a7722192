import { HeadgateError } from '@headgate/errors'
import { currentMetadata } from '../catalog/commit/current-metadata.ts'
import type { CatalogDeps } from '../catalog/deps.ts'
import { objectWithin, recordedPrefixes } from '../catalog/own-places.ts'
import { tableModel } from '../catalog/relation-model.ts'
import type { Target } from '../catalog/target.ts'
import type { ProvenIdentity } from '../proven-identity.ts'
import type { OpenFile } from './manifest-files.ts'
import type { PlannedTable, ScannedTable } from './plan-scan.ts'

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
  deps: Pick<CatalogDeps, 'bodies' | 'tableModels'>,
  target: Target,
  { principal }: Pick<ProvenIdentity, 'principal'>,
  userAgent: string | undefined,
): Promise<PlannedTable> {
  return {
    ...(await scannedTable(deps, target)),
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
  deps: Pick<CatalogDeps, 'bodies' | 'tableModels'>,
  target: Target,
): Promise<ScannedTable> {
  return {
    relationId: target.relation.id,
    metadata: await currentMetadata(deps, tableModel, deps.tableModels, target),
    open: openWithin(target),
  }
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
