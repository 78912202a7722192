/** Settings of the connections to PostgreSQL. Times are in ms. */
export interface SqlConfig {
  /** PostgreSQL connection string. It may contain a password, so it is secret. */
  readonly url: string
  /** Maximum number of connections, without the connection for notifications (`listen`). */
  readonly poolSize?: number
  /** Time limit of one statement. */
  readonly statementTimeoutMs?: number
  /** Time limit for opening a connection, and for waiting for a connection of the pool. */
  readonly connectionTimeoutMs?: number
  /** Maximum number of callers that wait for a connection. The pool refuses further callers immediately. */
  readonly maxWaiting?: number
  /** Called when an idle connection is lost, and when PostgreSQL accepts no more connections. */
  readonly onError?: (error: Error) => void
}

/** Connection settings with defaults for all missing members. */
export type CompleteSqlConfig = Required<Omit<SqlConfig, 'onError'>>

const defaults = { poolSize: 10, statementTimeoutMs: 15_000, connectionTimeoutMs: 5_000, maxWaiting: 1_000 }

/** Returns the connection settings with defaults for missing and undefined members. */
export function completeSqlConfig(config: SqlConfig): CompleteSqlConfig {
  const { url, ...rest } = config
  const defined = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
  return { ...defaults, ...defined, url }
}
