import type { Log } from '../log.ts'
import { clockDifference } from '../store/clock.ts'
import type { Queryable } from '../store/sql.ts'

const mostMs = 2_000

/**
 * Logs a warning when the clocks of the server and the database differ. The time of issue in a token comes from the
 * clock of the server that minted it, and a revocation invalidates tokens with an earlier time of issue. So a
 * revocation on another server may miss a token from a server whose clock is ahead.
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
    `The clock of ${late} is ${seconds} s behind that of the ${early}: for this time, revoked sessions may continue, or new sessions may be refused. Synchronize all machines with one time source (NTP).`,
  )
}
