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

const insert = statement(
  'metrics_report_insert',
  'insert into metrics_report (relation_id, principal_id, kind, report) values ($1, $2, $3, $4::jsonb)',
)

/** False: it holds what jsonb cannot, such as U+0000 or a number without end. */
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
