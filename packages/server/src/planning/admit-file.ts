import { HeadgateError } from '@headgate/errors'
import type { CatalogDeps } from '../catalog/deps.ts'
import { resolve } from '../catalog/resolve.ts'
import { type RelationRef, toResolvedName, toTarget } from '../catalog/target.ts'
import { scannedTable } from './planned-table.ts'
import type { PermittedFiles } from './permitted-files.ts'
import type { PlannedFiles } from './planned-files.ts'
import { decodeScan } from './scan-text.ts'

export interface AdmitDeps extends Pick<CatalogDeps, 'sql' | 'metadataTexts' | 'decodedTables'> {
  readonly files: PlannedFiles
  readonly permitted: PermittedFiles
}

/** Table of a plan. */
export interface PlanRef extends RelationRef {
  readonly relationId: string
  /** The scan, as `encodeScan` returns it. */
  readonly plan: string
  /** Condition that all rows of a file must satisfy, or null. */
  readonly rows: string | null
}

/**
 * Returns whether an object is a file of a plan: a data file that the snapshot names and the filter does not exclude, or
 * a delete file of one.
 *
 * @param location canonical location
 * @throws HeadgateError of `PlannedFiles.get`, and `no-such-plan-task` when the snapshot no longer exists
 */
export async function admitFile(
  { files, permitted, ...deps }: AdmitDeps,
  { relationId, plan, rows, ...ref }: PlanRef,
  location: string,
): Promise<boolean> {
  const { locations } = await files.get(relationId, JSON.stringify([plan, rows]), async () => {
    const scan = decodeScan(plan)
    const resolved = await resolve(deps.sql, ref.warehouse.id, ref.identifier)
    const name = toResolvedName(ref, resolved)
    const target = name === null ? null : toTarget(name)
    if (scan === null || target?.relation.id !== relationId) throw noSuchPlan()
    const table = await scannedTable(deps, target)
    if (rows === null) return { table, scan, permitted: null }
    // Incremental scans cannot be limited to permitted rows.
    const isLimited = scan.after === null
    return {
      table,
      scan,
      permitted: isLimited ? (await permitted.get(table, scan.snapshotId, rows)).locations : new Set(),
    }
  })
  return locations.has(location)
}

function noSuchPlan(): HeadgateError {
  return new HeadgateError('no-such-plan-id', 'The table of the plan no longer exists. Load the table again.')
}
