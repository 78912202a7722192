import { type ClientBase, type Connection, DatabaseError, Query } from 'pg'
import { isConnectionFailure, isStalePlan } from './failures.ts'
import { encodeExecutions, type Execution } from './query-messages.ts'
import type { RowFields, Statement, TextValues } from './sql.ts'

/** Read of at most one row, with the functions that receive its result. */
export interface RowRead extends Execution {
  /** Receives the row, or null when the statement found no row. */
  resolve(row: RowFields | null): void
  /** Receives an error of the driver or of PostgreSQL. */
  reject(error: Error): void
}

/** For each connection, the names of the statements that it has prepared. */
const preparedOn = new WeakMap<Connection, Set<string>>()

/**
 * Reads at most one row with a prepared statement.
 *
 * @returns null when the statement found no row
 * @throws Error of the driver or of PostgreSQL
 */
export function queryRow(
  client: ClientBase,
  statement: Statement,
  values: TextValues,
): Promise<RowFields | null> {
  return new Promise((resolve, reject) => {
    queryRows(client, [{ statement, values, resolve, reject }], () => undefined)
  })
}

/**
 * Sends reads with one write. With the driver option `pipeline`, does not wait for the responses to earlier statements.
 *
 * @param onSkipped receives the reads that PostgreSQL skipped because an earlier read of this call failed
 */
export function queryRows(
  client: ClientBase,
  reads: readonly RowRead[],
  onSkipped: (reads: readonly RowRead[]) => void,
): void {
  client.query(new RowQuery(reads, onSkipped))
}

/**
 * Query class for the driver. It does not request the description of the columns and does not convert values, because
 * this would take more CPU time than the rest of the query. The driver calls the methods `handle…` with the protocol
 * messages of PostgreSQL.
 */
class RowQuery extends Query {
  readonly #reads: readonly RowRead[]
  readonly #onSkipped: (reads: readonly RowRead[]) => void
  /** Statements that this query prepares, by the index of the read that needs each of them first. */
  readonly #toPrepare = new Map<number, Statement>()
  #row: RowFields | null = null
  #completed = 0

  constructor(reads: readonly RowRead[], onSkipped: (reads: readonly RowRead[]) => void) {
    super('')
    this.#reads = reads
    this.#onSkipped = onSkipped
  }

  override submit = (connection: Connection): void => {
    let prepared = preparedOn.get(connection)
    if (prepared === undefined) preparedOn.set(connection, (prepared = new Set()))
    for (const [index, { statement }] of this.#reads.entries()) {
      if (prepared.has(statement.name)) continue
      prepared.add(statement.name)
      this.#toPrepare.set(index, statement)
    }
    connection.stream.write(encodeExecutions(this.#reads, this.#toPrepare))
  }

  handleDataRow({ fields }: { readonly fields: RowFields }): void {
    this.#row = fields
  }

  handleCommandComplete(): void {
    const row = this.#row
    this.#row = null
    this.#reads[this.#completed++]?.resolve(row)
  }

  handleReadyForQuery(): void {
    // This method does nothing, because `handleCommandComplete` has already resolved all reads.
  }

  handleError(error: Error, connection: Connection): void {
    const [failed, ...skipped] = this.#reads.slice(this.#completed)
    const prepared = preparedOn.get(connection)
    for (const [index, { name }] of this.#toPrepare) if (index >= this.#completed) prepared?.delete(name)
    failed?.reject(error)
    // After a lost connection or a stale plan, the skipped reads would fail on this connection too, so they get the
    // same error. The pool then replaces the connection. After any other error, the skipped reads are sent again.
    if (!(error instanceof DatabaseError) || isConnectionFailure(error) || isStalePlan(error))
      for (const { reject } of skipped) reject(error)
    else if (skipped.length > 0) this.#onSkipped(skipped)
  }
}
