import { DatabaseError } from 'pg'
import type { Queryable } from './sql.ts'
import { statement } from './sql.ts'

export interface MetricsReport {
  readonly relationId: string
  readonly principalId: string
  readonly kind: 'scan' | 'commit'
  /** Scan or commit report as JSON text, so that 64-bit numbers remain exact. */
  readonly report: string
}

/**
 * Maximum number of stored reports for one table (`maxPerTable`) and from one principal (`maxPerPrincipal`).
 * Concurrent inserts can exceed the maximum, because they do not see each other's rows. The next insert
 * deletes the excess.
 */
const maxPerTable = 200
const maxPerPrincipal = 1_000

/**
 * Returns SQL that deletes the oldest reports whose `column` has the value of parameter `$n`, so that at most `keep`
 * reports remain after an insert.
 */
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
 * Inserts a report. Deletes the oldest reports if its table or its principal has reached the maximum number. Returns
 * false when the report contains a value that `jsonb` does not support, such as U+0000 or a number that is too large.
 */
export async function insertMetricsReport(sql: Queryable, report: MetricsReport): Promise<boolean> {
  try {
    await sql.run(insert, [report.relationId, report.principalId, report.kind, report.report])
    return true
  } catch (error) {
    // An error of SQLSTATE class 22 (data exception) means that `jsonb` does not support a value of the report.
    if (error instanceof DatabaseError && error.code?.startsWith('22') === true) return false
    throw error
  }
}

const forget = statement(
  'metrics_report_forget',
  `delete from metrics_report where ctid = any(array(
     select ctid from metrics_report where at < now() - make_interval(secs => $1) limit $2)) returning 1`,
)

/** Deletes up to `limit` reports that are older than `seconds`. Returns the number of deleted rows. */
export async function forgetMetricsReports(sql: Queryable, seconds: number, limit: number): Promise<number> {
  return (await sql.run(forget, [seconds, limit])).length
}

/** Stored report with the name of its principal. `at` is epoch ms. */
export interface StoredMetricsReport {
  readonly id: number | bigint
  readonly at: number
  readonly kind: 'scan' | 'commit'
  readonly principalId: string
  /** Name of the principal that sent the report. Null when the principal was deleted. */
  readonly principal: string | null
  readonly report: unknown
}

const list = statement(
  'metrics_report_list',
  `select m.id, m.at, m.kind, m.principal_id as "principalId", p.name as principal, m.report
   from metrics_report m left join principal p on p.id = m.principal_id
   where m.relation_id = $1 and ($2::bigint is null or m.id < $2) order by m.id desc limit $3`,
)

/** Returns the reports of a table, the newest first. */
export function listMetricsReports(
  sql: Queryable,
  relationId: string,
  after: string | null,
  limit: number,
): Promise<StoredMetricsReport[]> {
  return sql.run<StoredMetricsReport>(list, [relationId, after, limit])
}
