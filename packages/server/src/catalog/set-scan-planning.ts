import type { CommitRecord } from '../store/commit-record.ts'
import type { ScanPlanner } from '../store/relations.ts'
import { updateScanPlanning } from '../store/scan-planning.ts'
import type { Sql } from '../store/sql.ts'
import { Stale } from './stale.ts'
import { toRowVersion, type Target } from './target.ts'

/**
 * Sets the planner of the scans of a table. Null: the property of the warehouse decides. Returns false when nothing
 * changes.
 */
export async function setScanPlanning(
  sql: Sql,
  target: Target,
  planner: ScanPlanner | null,
  record: CommitRecord,
): Promise<boolean> {
  if (target.relation.scanPlanning === planner) return false
  if (!(await updateScanPlanning(sql, toRowVersion(target), planner, record))) throw new Stale()
  return true
}
