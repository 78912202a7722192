import type { ClientBase } from 'pg'
import type { CompleteSqlConfig } from './sql-config.ts'

/**
 * Time in ms for which the client still waits for a response after the statement has reached its time limit in
 * PostgreSQL.
 */
export const responseGraceMs = 2_000

/**
 * Returns the session settings that the statements of Headgate need. They replace the settings of the PostgreSQL
 * server, the database and the role.
 */
function toSettings({ statementTimeoutMs }: CompleteSqlConfig): Readonly<Record<string, string>> {
  return {
    // The decoder of `timestamptz` values supports only this date format.
    datestyle: 'ISO',
    timezone: 'UTC',
    default_transaction_isolation: 'read committed',
    statement_timeout: String(statementTimeoutMs),
    idle_in_transaction_session_timeout: String(statementTimeoutMs + responseGraceMs),
    // `statement_timeout` already limits the wait for locks. The pool keeps idle connections open, so PostgreSQL must
    // not close them.
    lock_timeout: '0',
    idle_session_timeout: '0',
  }
}

/** State of a PostgreSQL server at the time when a connection to it was opened. */
export interface ServerState {
  /**
   * Text that changes each time that the PostgreSQL server starts. It also changes when one of its processes crashes,
   * because PostgreSQL then closes all connections and resets its statistics.
   */
  readonly run: string
  /** True when the server is a standby, or when its transactions are read-only by default. */
  readonly readOnly: boolean
}

const text = `select concat_ws(' ', pg_postmaster_start_time(), pg_stat_get_bgwriter_stat_reset_time()) as run,
    current_setting('transaction_read_only')::boolean as "readOnly", count(set_config(name, value, false))
  from unnest($1::text[], $2::text[]) as setting (name, value)`

/**
 * Applies the session settings to a new connection, and returns the state of its server. The settings are not part of
 * the startup message, because connection poolers such as PgBouncer refuse most of them in this message.
 */
export async function makeSettings(client: ClientBase, config: CompleteSqlConfig): Promise<ServerState> {
  const settings = toSettings(config)
  const values = [Object.keys(settings), Object.values(settings)]
  const query = { text, values, query_timeout: config.connectionTimeoutMs }
  const { rows } = await client.query<ServerState>(query)
  const [state] = rows
  if (state === undefined) throw new Error('PostgreSQL returned no row for the query of its state.')
  return state
}
