import { type Queryable, statement } from './sql.ts'

const ask = statement('clock', `select (extract(epoch from clock_timestamp()) * 1000)::float8 as now`)

/**
 * How far the clock of the database is ahead of ours, in ms; below 0: it is behind. What the way there and back may
 * explain is no difference.
 *
 * @param now our clock, epoch ms
 */
export async function clockDifference(sql: Queryable, now: () => number = Date.now): Promise<number> {
  const before = now()
  const [row] = await sql.run<{ now: number }>(ask)
  const after = now()
  const theirs = row?.now ?? before
  return theirs < before ? theirs - before : Math.max(0, theirs - after)
}
