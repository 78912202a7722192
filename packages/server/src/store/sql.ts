/** A prepared statement: the name is unique in the program, the text never changes at run time. */
export interface Statement {
  readonly name: string
  readonly text: string
  /** Whether it may change something: then a connection that dies under it leaves the outcome unknown. */
  readonly writes: boolean
}

/**
 * Names a statement. A text that mentions none of SQL's verbs of change only reads.
 *
 * @example
 * ```ts
 * const findByName = statement('warehouse_by_name', 'select id from warehouse where name = $1')
 * ```
 */
export function statement(name: string, text: string): Statement {
  return { name, text, writes: CHANGE.test(text) }
}

const CHANGE =
  /\b(insert|update|delete|merge|create|alter|drop|truncate|call|do|copy|grant|revoke|comment|refresh|pg_notify|nextval)\b/i

/** Columns of one row in their order, each in PostgreSQL's text form. */
export type RowFields = readonly (string | null)[]

/** Values of the parameters of a statement, each in PostgreSQL's text form. */
export type TextValues = readonly (string | null)[]

/** Runs statements: the pool itself, or one transaction. */
export interface Queryable {
  /**
   * Rows as objects keyed by column. `bigint` columns arrive as canonical Int64, `timestamptz` as epoch ms, uuid as
   * text, bytea as Buffer, jsonb as JSON with exact integers. Values go in as text, numbers, bigints, booleans, Buffers,
   * Dates, null, or arrays of those (a PostgreSQL array); JSON goes in as its text.
   */
  run<Row>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>
  /** Calls back once everything that was run so far stands: at once outside of a transaction, never when that is undone. */
  afterCommit(callback: () => void): void
}

/**
 * The store's connection pool. Errors are `HeadgateError('unavailable')` when the statement surely did not take effect,
 * and `HeadgateError('commit-state-unknown')` when the connection died while a change may have been committed.
 * PostgreSQL's own errors (unique violation and so on) pass through; see `isViolation` in violation.ts.
 */
export interface Sql extends Queryable, AsyncDisposable {
  /**
   * Runs `work` in one transaction (read committed) and commits when it resolves. A deadlock or serialization failure
   * runs `work` again, a few times: it must change nothing but the store. Statements of one transaction run one after
   * the other, also when they are not awaited one by one.
   */
  transaction<T>(work: (tx: Queryable) => Promise<T>, options?: { readonly signal?: AbortSignal }): Promise<T>
  /** Calls back with each payload sent by `pg_notify(channel, payload)`, and with `null` when something may have been missed: after a reconnect, and when a new connection reaches a server that was restarted or replaced. */
  listen(channel: string, onPayload: (payload: string | null) => void): Promise<AsyncDisposable>
  /**
   * Reads at most one row, without conversion of its columns. Concurrent reads share few connections, on which they do not
   * wait for each other's responses. The statement must be quick: reads that follow it on its connection are delayed by it.
   *
   * @returns null when the statement found no row
   */
  readRow(statement: Statement, values: TextValues): Promise<RowFields | null>
  ping(signal: AbortSignal): Promise<void>
}
