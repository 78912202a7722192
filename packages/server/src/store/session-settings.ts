import type { ClientBase } from 'pg'
import type { Settled } from './connections.ts'

/** What the server is given beyond its own time limit before we give up on the connection. */
export const answerGraceMs = 2_000

/**
 * What our statements rest on, or would be broken by, whatever the server, the database or the role has set for its
 * sessions.
 */
function settingsOf({ statementTimeoutMs }: Settled): Readonly<Record<string, string>> {
  return {
    // The one form in which instants are read.
    datestyle: 'ISO',
    timezone: 'UTC',
    default_transaction_isolation: 'read committed',
    statement_timeout: String(statementTimeoutMs),
    idle_in_transaction_session_timeout: String(statementTimeoutMs + answerGraceMs),
    // Whoever waits for a lock has the time of a statement; connections of the pool wait for work.
    lock_timeout: '0',
    idle_session_timeout: '0',
  }
}

const text = `select set_config(name, value, false) from unnest($1::text[], $2::text[]) as setting (name, value)`

/**
 * Makes these settings on a new connection. In a statement of their own: poolers such as PgBouncer refuse most of them
 * where a connection begins.
 */
export async function makeSettings(client: ClientBase, config: Settled): Promise<void> {
  const settings = settingsOf(config)
  const values = [Object.keys(settings), Object.values(settings)]
  const query = { text, values, query_timeout: config.connectionTimeoutMs }
  await client.query(query)
}
