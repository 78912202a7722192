import { type Queryable, statement } from './sql.ts'

const ask = statement('clock', `select (extract(epoch from clock_timestamp()) * 1000)::float8 as now`)

/**
 * Returns the difference between the clock of the database and the local clock, in ms; negative when the database is
 * behind. Returns 0 when the round trip can explain the difference.
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
