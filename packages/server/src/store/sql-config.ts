/** Settings of the connections to PostgreSQL. Times are in ms. */
export interface SqlConfig {
  /** PostgreSQL connection string: a secret. */
  readonly url: string
  /** Maximum number of connections, without the one of `listen`. */
  readonly poolSize?: number
  /** Time limit of one statement. */
  readonly statementTimeoutMs?: number
  /** Time limit for opening a connection and for waiting for one of the pool. */
  readonly connectionTimeoutMs?: number
  /** Maximum number of callers that wait for a connection; further ones are refused at once. */
  readonly maxWaiting?: number
  /** Called when an idle connection is lost, and when the server has no more connections. */
  readonly onError?: (error: Error) => void
}

/** Settings in which each default is filled in. */
export type CompleteSqlConfig = Required<Omit<SqlConfig, 'onError'>>

const defaults = { poolSize: 10, statementTimeoutMs: 15_000, connectionTimeoutMs: 5_000, maxWaiting: 1_000 }

/** Returns the settings with defaults in place of missing and undefined ones. */
export function completeSqlConfig(config: SqlConfig): CompleteSqlConfig {
  const { url, ...rest } = config
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
  return { ...defaults, ...given, url }
}
