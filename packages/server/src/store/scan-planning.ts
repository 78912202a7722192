import { permittedSql, type CommitRecord, recordSql, runWithRecord } from './commit-record.ts'
import type { RowVersion } from './relation-writes.ts'
import type { ScanPlanner } from './relations.ts'
import { type Queryable, statement } from './sql.ts'

// The statement does not change the version of the relation, so that a concurrent commit does not fail. It compares
// the namespace and the name, because the right to change the planner depends on the namespace.
const update = statement(
  'relation_scan_planning',
  `with written as (
     update relation set scan_planning = $2, updated_at = now()
     where id = $1 and namespace_id = $3 and name = $4 and (select version from policy) = $5 returning id),
   ${recordSql(6)}
   select id from written where ${permittedSql(5)}`,
)

/**
 * Sets the planner of the scans of a table. Returns false when the table was renamed or deleted, or when the policy
 * version changed.
 */
export async function updateScanPlanning(
  sql: Queryable,
  at: Pick<RowVersion, 'id' | 'namespaceId' | 'name'>,
  planner: ScanPlanner | null,
  record: CommitRecord,
): Promise<boolean> {
  const values = [at.id, planner, at.namespaceId, at.name]
  return (await runWithRecord(sql, update, values, record)).length === 1
}
