import type { ClientBase } from 'pg'
import type { CompleteSqlConfig } from './sql-config.ts'

/** Time in ms that the client waits for a response after the time limit of the server. */
export const answerGraceMs = 2_000

/** Returns the settings that the statements need, in place of those of the server, the database or the role. */
function settingsOf({ statementTimeoutMs }: CompleteSqlConfig): Readonly<Record<string, string>> {
  return {
    // The only form in which `timestamptz` values are decoded.
    datestyle: 'ISO',
    timezone: 'UTC',
    default_transaction_isolation: 'read committed',
    statement_timeout: String(statementTimeoutMs),
    idle_in_transaction_session_timeout: String(statementTimeoutMs + answerGraceMs),
    // `statement_timeout` limits waits for locks. Connections of the pool are idle between statements.
    lock_timeout: '0',
    idle_session_timeout: '0',
  }
}

/** State of a server when a connection to it is opened. */
export interface ServerState {
  /**
   * Identifies the time between two starts of the server. A crash of one of its processes also ends a run: the server
   * then closes all connections and resets its statistics.
   */
  readonly run: string
  /** True on a standby, and where transactions are read-only by default. */
  readonly readOnly: boolean
}

const text = `select concat_ws(' ', pg_postmaster_start_time(), pg_stat_get_bgwriter_stat_reset_time()) as run,
    current_setting('transaction_read_only')::boolean as "readOnly", count(set_config(name, value, false))
  from unnest($1::text[], $2::text[]) as setting (name, value)`

/**
 * Makes these settings on a new connection, and returns the state of its server. The settings are not part of the startup
 * message, because poolers such as PgBouncer refuse most of them there.
 */
export async function makeSettings(client: ClientBase, config: CompleteSqlConfig): Promise<ServerState> {
  const settings = settingsOf(config)
  const values = [Object.keys(settings), Object.values(settings)]
  const query = { text, values, query_timeout: config.connectionTimeoutMs }
  const { rows } = await client.query<ServerState>(query)
  const [state] = rows
  if (state === undefined) throw new Error('The server did not return its state.')
  return state
}
