import type { Engine } from '../lib/engine.ts'
import type { Scenario } from '../lib/scenario.ts'
import { demandDoneBy, tally, type UserEvent, watched, formatCaller } from '../users/audit.ts'
import { alice, prepared } from './trino-users.ts'

/**
 * Number of data files in the source table. The store serves one file every two seconds, so a job that reads all files
 * takes longer than the lifetime of a user's token.
 */
const files = 40

/**
 * Scenario of Trino jobs that take longer than the lifetime of the user's token and of the first storage credentials.
 */
export const trinoLongUsers: Scenario = {
  name: 'trino/long-users',
  engines: ['trino'],
  storages: ['users'],
  steps: ({ namespace: ns, fixture }) => {
    const many = `CREATE TABLE users.${ns}_alice.many WITH (partitioning = ARRAY['part']) AS
      SELECT part, CAST(uuid() AS varchar) AS text FROM UNNEST(sequence(1, ${files})) AS p(part), UNNEST(sequence(1, 100)) AS r(n)`
    const copy = (catalog: string): string =>
      `CREATE TABLE ${catalog}.${ns}_alice.c_${catalog} WITH (target_max_file_size = '10kB') AS SELECT * FROM ${catalog}.${ns}_alice.many`
    return [
      prepared(ns, fixture),
      alice('creates a table of many files', many),
      watched(
        'trino',
        'a CTAS outlives the token and the storage credentials of its user, and their renewals are for the same user',
        copy('slow'),
        fixture,
        async (engine, since) => {
          const took = await timed(engine, copy('slow'))
          if (took.error !== null) throw new Error(took.error)
          const events = await since()
          const made = demandDoneBy(events, 'alice by trino', ['createTable', 'updateTable'])
          return `${took.seconds} s, ${tokens(events)}; ${renewals(events)}; ${made}`
        },
      ),
      alice('the table contains all rows of the CTAS', `SELECT count(*) FROM users.${ns}_alice.c_slow`, [
        [files * 100],
      ]),
      watched(
        'trino',
        'without token exchange, Trino continues as the engine itself, which is refused with the reason',
        copy('slow_off'),
        fixture,
        async (engine, since) => {
          const took = await timed(engine, copy('slow_off'))
          const events = await since()
          const counts = tally(events, ['createTable', 'updateTable', 'loadTable', 'commitTransaction'])
          const asEngine = Object.keys(counts).filter((key) => key.includes(', trino, allowed'))
          if (asEngine.length > 0)
            throw new Error(`the engine was allowed to act for itself: ${asEngine.join(', ')}`)
          if (took.error === null)
            return `${took.seconds} s: the CTAS finished before the token expired, ${tokens(events)}`
          if (!/calls without a user/.test(took.error))
            throw new Error(`the CTAS failed for another reason: ${took.error}`)
          return `failed after ${took.seconds} s with the reason in the message; ${tokens(events)}`
        },
      ),
    ]
  },
}

async function timed(
  engine: Engine,
  sql: string,
): Promise<{ readonly seconds: number; readonly error: string | null }> {
  const began = Date.now()
  const error = await engine.sql(sql, 'alice').then(
    () => null,
    (failure: unknown) => String(failure),
  )
  return { seconds: Math.round((Date.now() - began) / 1_000), error }
}

/**
 * Formats the numbers of storage credential refreshes for the report. Trino sends them with the token of the catalog's
 * session, so only the storage refresh token identifies the user.
 */
function renewals(events: readonly UserEvent[]): string {
  const all = events.filter(
    ({ operation, outcome }) => operation === 'loadCredentials' && outcome === 'allowed',
  )
  const hers = all.filter((event) => event.principal === 'alice')
  const engines = new Set(all.map(formatCaller))
  if (all.length === 0 || hers.length < all.length)
    throw new Error(`only ${hers.length} of ${all.length} refreshes of storage credentials are for alice`)
  return `${all.length} refreshes of storage credentials as ${[...engines].join(' and ')}`
}

/** Formats the numbers of tokens that the server issued during the job, by grant type and recipient. */
function tokens(events: readonly UserEvent[]): string {
  const counts = new Map<string, number>()
  for (const { operation, principal, actors, detail, outcome } of events) {
    if (operation !== 'getToken') continue
    const type = detail?.['grantType']
    const grant = typeof type === 'string' ? type.split(':').at(-1) : '?'
    const key = `${grant} for ${[principal, ...actors].join(' by ')} ${outcome}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return `tokens: ${[...counts].map(([key, count]) => `${count} × ${key}`).join(', ')}`
}
