/** SQL statement that connections prepare. Its name is unique in the process, and its text never changes. */
export interface Statement {
  readonly name: string
  readonly text: string
  /**
   * Whether the statement may change data. If so, it is unknown whether the change was committed when the connection
   * is lost.
   */
  readonly writes: boolean
}

/**
 * Creates a statement with a name. The statement counts as a read if its text contains no SQL verb that changes data.
 *
 * @example
 * ```ts
 * const findByName = statement('warehouse_by_name', 'select id from warehouse where name = $1')
 * ```
 */
export function statement(name: string, text: string): Statement {
  return { name, text, writes: WRITING_VERB.test(text) }
}

const WRITING_VERB =
  /\b(insert|update|delete|merge|create|alter|drop|truncate|call|do|copy|grant|revoke|comment|refresh|pg_notify|nextval)\b/i

/** Columns of one row in their order, each in the text format of PostgreSQL. */
export type RowFields = readonly (string | null)[]

/** Values of the parameters of a statement, each in the text format of PostgreSQL. */
export type TextValues = readonly (string | null)[]

/** Object that runs SQL statements: the connection pool, or one transaction. */
export interface Queryable {
  /**
   * Runs a statement and returns its rows as objects with a member for each column. `bigint` columns are canonical Int64,
   * `timestamptz` is epoch ms, `uuid` is text, `bytea` is a Buffer, `jsonb` is JSON with exact integers.
   *
   * @param values text, numbers, bigints, booleans, Buffers, Dates, null, or arrays of these for PostgreSQL arrays. JSON is
   *   passed as its text
   */
  run<Row>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>
  /**
   * Calls `callback` after the transaction is committed, or immediately when no transaction is open. Never calls it
   * after a rollback.
   */
  afterCommit(callback: () => void): void
}

/**
 * The connection pool of the store. When the connection or the server fails, methods throw
 * `HeadgateError('unavailable')` if the statement certainly changed nothing, and
 * `HeadgateError('commit-state-unknown')` if a change may have been committed. Errors of PostgreSQL about the
 * statement, such as unique violations, are thrown unchanged; see `isViolation` in violation.ts.
 */
export interface Sql extends Queryable, AsyncDisposable {
  /**
   * Runs `work` in one transaction (read committed) and commits it when `work` resolves. After a deadlock or a
   * serialization failure, `work` runs again, up to five times in total, so it must have no effects outside of the
   * database. The statements of one transaction run one after the other, even if the caller does not await each of
   * them.
   */
  transaction<T>(work: (tx: Queryable) => Promise<T>, options?: { readonly signal?: AbortSignal }): Promise<T>
  /**
   * Calls `onPayload` with the payload of each `pg_notify(channel, payload)`. Also calls it with `null` when
   * notifications may have been lost: after a reconnect, and when a new connection shows that PostgreSQL was
   * restarted or replaced. Resolves when PostgreSQL has confirmed the subscription.
   */
  listen(channel: string, onPayload: (payload: string | null) => void): Promise<AsyncDisposable>
  /**
   * Reads at most one row, without conversion of its columns. Concurrent reads share a small number of connections,
   * and are sent without waiting for the responses to earlier reads. The statement must be fast, because it delays
   * later reads on the same connection.
   *
   * @returns null when the statement found no row
   */
  readRow(statement: Statement, values: TextValues): Promise<RowFields | null>
  /**
   * Reads at most one row as `readRow` does. Returns the value of an earlier call instead, if nothing has changed in the
   * database since then. The result of the statement must depend only on its values and on tables, not on the time.
   *
   * @param decode converts the row, or null when the statement found no row. Callers share the value, so it must not be
   *   changed
   */
  readCached<T>(statement: Statement, values: TextValues, decode: (row: RowFields | null) => T): Promise<T>
  /** Sends a query to check that the database responds. */
  ping(signal: AbortSignal): Promise<void>
}
