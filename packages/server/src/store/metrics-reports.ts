import { DatabaseError } from 'pg'
import type { Queryable } from './sql.ts'
import { statement } from './sql.ts'

export interface MetricsReport {
  readonly relationId: string
  readonly principalId: string
  readonly kind: 'scan' | 'commit'
  /** JSON text; 64-bit numbers stay exact. */
  readonly report: string
}

/**
 * Number of newest reports that are kept for one table and for one principal. Concurrent inserts do not see each other's
 * rows, so they can exceed it by the number of connections, until the next insert.
 */
const maxPerTable = 200
const maxPerPrincipal = 1_000

/** Deletes the reports beyond the newest `keep` that have the same value in `column`; `$n` is the value. */
function trimSql(column: 'relation_id' | 'principal_id', n: number, keep: number): string {
  return `delete from metrics_report where id in (
    select id from metrics_report where ${column} = $${n} order by at desc, id desc offset ${keep - 1} limit 100)`
}

const insert = statement(
  'metrics_report_insert',
  `with of_table as (${trimSql('relation_id', 1, maxPerTable)}),
     of_principal as (${trimSql('principal_id', 2, maxPerPrincipal)})
   insert into metrics_report (relation_id, principal_id, kind, report) values ($1, $2, $3, $4::jsonb)`,
)

/**
 * Inserts a report in place of the oldest ones, where its table or its principal has as many as are kept. Returns false
 * when it holds what jsonb cannot, such as U+0000 or a number that is too large.
 */
export async function insertMetricsReport(sql: Queryable, report: MetricsReport): Promise<boolean> {
  try {
    await sql.run(insert, [report.relationId, report.principalId, report.kind, report.report])
    return true
  } catch (error) {
    // SQLSTATE class 22: data exception.
    if (error instanceof DatabaseError && error.code?.startsWith('22') === true) return false
    throw error
  }
}

const forget = statement(
  'metrics_report_forget',
  `delete from metrics_report where ctid = any(array(
     select ctid from metrics_report where at < now() - make_interval(secs => $1) limit $2)) returning 1`,
)

/** Deletes up to `limit` reports older than `seconds`; how many it were. */
export async function forgetMetricsReports(sql: Queryable, seconds: number, limit: number): Promise<number> {
  return (await sql.run(forget, [seconds, limit])).length
}
