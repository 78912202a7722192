import type { Log } from '../log.ts'
import { clockDifference } from '../store/clock.ts'
import type { Queryable } from '../store/sql.ts'

const mostMs = 2_000

/**
 * Sessions are dated by the clock of the server that makes them, and may be ended by another one: what was made by a clock
 * that is ahead is not ended until the others have caught up with it.
 */
export async function warnOfClock(
  sql: Queryable,
  log: Pick<Log, 'warn'>,
  now: () => number = Date.now,
): Promise<void> {
  const difference = await clockDifference(sql, now)
  if (Math.abs(difference) < mostMs) return
  const seconds = Math.round(Math.abs(difference) / 1_000)
  const [late, early] = difference > 0 ? ['this server', 'database'] : ['the database', 'server']
  log.warn(
    `The clock of ${late} is ${seconds} s behind that of the ${early}: sessions that are stopped may go on for as long, or new ones be refused. Let all machines take their time from one source (NTP).`,
  )
}
