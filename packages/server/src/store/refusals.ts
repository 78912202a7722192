import { type AuditRow, auditColumns, auditTypes } from './commit-record.ts'
import { type Queryable, statement } from './sql.ts'

/** Audit row that represents several equal refused requests. */
export interface RefusalRow extends AuditRow {
  /** Key of 32 hexadecimal digits. All replicas compute the same key for equal refusals within the same minute. */
  readonly key: string
  /** Number of equal refusals since they were last written to the database. */
  readonly count: number
}

const upsert = statement(
  'refusals_upsert',
  `insert into audit (${auditColumns}, refusal_key, count)
   select ${auditColumns.replaceAll(/\w+/g, 'r.$&')}, r.key, r.count
   from jsonb_to_recordset($1::jsonb) r(${auditTypes}, key uuid, count integer)
   order by r.key
   on conflict (refusal_key) where refusal_key is not null do update set count = audit.count + excluded.count`,
)

/**
 * Inserts rows for refused requests, or adds their counts to existing rows with the same key. Writes the rows in the
 * order of their keys, so that two replicas do not deadlock.
 */
export async function upsertRefusals(sql: Queryable, rows: readonly RefusalRow[]): Promise<void> {
  if (rows.length > 0) await sql.run(upsert, [JSON.stringify(rows)])
}

const prune = statement(
  'refusals_prune',
  `delete from audit where ctid = any(array(
     select ctid from audit where refusal_key is not null and at < now() - make_interval(secs => $1)
     order by at limit $2)) returning 1`,
)

/**
 * Deletes up to `limit` audit rows of refused requests that are older than `seconds`, the oldest first. Returns the
 * number of deleted rows.
 */
export async function pruneRefusals(sql: Queryable, seconds: number, limit: number): Promise<number> {
  return (await sql.run(prune, [seconds, limit])).length
}
