import { type AuditRow, insertAuditSql } from './riders.ts'
import { type Queryable, statement } from './sql.ts'

/** An audit event as kept. `at` is epoch ms. */
export interface StoredAuditRow extends AuditRow {
  readonly id: number | bigint
  readonly at: number
}

const insert = statement('audit-insert', `with once as (select 1) ${insertAuditSql(1, 'once')}`)
const query = statement(
  'audit-query',
  `select id, at, request_id, principal_id, principal, actors, operation, securable_kind, securable_id, object, privilege,
     outcome, reason, user_agent, detail, query_id
   from audit
   where ($1::float8 is null or at >= to_timestamp($1::float8 / 1000)) and ($2::float8 is null or at < to_timestamp($2::float8 / 1000))
     and ($3::text is null or principal = $3) and ($4::text is null or operation = $4) and ($5::bigint is null or id < $5)
   order by id desc limit $6`,
)
const prune = statement(
  'audit-prune',
  `delete from audit where ctid = any(array(
     select ctid from audit where at < now() - make_interval(secs => $1) order by at limit $2)) returning 1`,
)

/** Writes events, in a transaction or on their own, in one statement. */
export async function insertAudit(sql: Queryable, rows: readonly AuditRow[]): Promise<void> {
  if (rows.length > 0) await sql.run(insert, [JSON.stringify(rows)])
}

export interface AuditQuery {
  /** Epoch ms, inclusive. */
  readonly from: number | null
  /** Epoch ms, exclusive. */
  readonly until: number | null
  readonly principal: string | null
  readonly operation: string | null
  /** Only events before this one. */
  readonly before: string | null
  readonly limit: number
}

/** Newest first. */
export function queryAudit(
  sql: Queryable,
  { from, until, principal, operation, before, limit }: AuditQuery,
): Promise<StoredAuditRow[]> {
  return sql.run<StoredAuditRow>(query, [from, until, principal, operation, before, limit])
}

/** Deletes up to `limit` events older than `seconds`, the oldest first; how many it were. */
export async function pruneAudit(sql: Queryable, seconds: number, limit: number): Promise<number> {
  return (await sql.run(prune, [seconds, limit])).length
}
