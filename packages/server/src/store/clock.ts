import { type Queryable, statement } from './sql.ts'

const ask = statement('clock', `select (extract(epoch from clock_timestamp()) * 1000)::float8 as now`)

/**
 * Returns the time of the database clock minus the time of the local clock, in ms. Returns 0 when the difference is
 * not larger than the duration of the query.
 *
 * @param now local clock, epoch ms
 */
export async function clockDifference(sql: Queryable, now: () => number = Date.now): Promise<number> {
  const before = now()
  const [row] = await sql.run<{ now: number }>(ask)
  const after = now()
  const theirs = row?.now ?? before
  return theirs < before ? theirs - before : Math.max(0, theirs - after)
}
