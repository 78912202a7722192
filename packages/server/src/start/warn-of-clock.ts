import type { Log } from '../log.ts'
import { clockDifference } from '../store/clock.ts'
import type { Queryable } from '../store/sql.ts'

const mostMs = 2_000

/**
 * Compares the clocks of the server and the database. The server that creates a session dates it by its own clock, and another
 * server may revoke it: a session with a time in the future is revoked only when the other clocks have reached that time.
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
    `The clock of ${late} is ${seconds} s behind that of the ${early}: revoked sessions may continue for as long, or new ones be refused. Synchronize all machines with one time source (NTP).`,
  )
}
