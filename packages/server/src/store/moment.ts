import { type Queryable, statement } from './sql.ts'

/**
 * Says at which moment of the store a query looks: all that two queries see is the same when their moments are. It is
 * the start of the database server and the snapshot of the query, that is, which transactions of all that ever changed
 * something are over. Null on a stand-by, whose snapshots do not tell all of theirs.
 *
 * Transactions that were seen and then lost, in a crash with `synchronous_commit` off, may make it come again.
 */
export const momentSql = `case when not pg_is_in_recovery() then concat_ws(' ', pg_postmaster_start_time(), pg_current_snapshot()) end`

const now = statement('moment', `select ${momentSql} as moment`)

/** The moment at which the store is; null: it cannot tell. */
export async function momentNow(sql: Queryable): Promise<string | null> {
  const [row] = await sql.run<{ moment: string | null }>(now)
  return row?.moment ?? null
}
