import { type Queryable, statement } from './sql.ts'

/**
 * Says which run of the database server this is: the number of a transaction comes again only in another one. A crash of one
 * of its processes ends a run, too, although the server is not started again: what was not written down is lost then, also
 * that a number was given to a transaction that failed. Statistics start anew after a crash, and say when they did.
 */
export const runSql = `concat_ws(' ', pg_postmaster_start_time(), pg_stat_get_bgwriter_stat_reset_time())`

/**
 * Says at which moment of the store a query looks: all that two queries see is the same when their moments are. It is the
 * run of the database server and the snapshot of the query, that is, which transactions of all that ever changed something
 * are over. Null on a stand-by, whose snapshots do not tell all of theirs.
 */
export const momentSql: string = `case when not pg_is_in_recovery() then concat_ws(' ', ${runSql}, pg_current_snapshot()) end`

/** The run of the database server in a moment. */
export function runOf(moment: string): string {
  return moment.slice(0, moment.lastIndexOf(' '))
}

const now = statement('moment', `select ${momentSql} as moment`)

/** The moment at which the store is; null: it cannot tell. */
export async function momentNow(sql: Queryable): Promise<string | null> {
  const [row] = await sql.run<{ moment: string | null }>(now)
  return row?.moment ?? null
}
