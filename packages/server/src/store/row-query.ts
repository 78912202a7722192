import { type ClientBase, type Connection, Query } from 'pg'
import type { RowFields, Statement, TextValues } from './sql.ts'

/** For each connection, the names of the statements that it has prepared. */
const preparedOn = new WeakMap<Connection, Set<string>>()

/**
 * Reads at most one row with a prepared statement. With the driver option `pipeline`, sends the statement without
 * waiting for the responses to earlier statements.
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
    client.query(new RowQuery(statement, values, resolve, reject))
  })
}

/**
 * Query class for the driver. It does not request the description of the columns and does not convert values, because
 * this would take more CPU time than the rest of the query. The driver calls the methods `handle…` with the protocol
 * messages of PostgreSQL.
 */
class RowQuery extends Query {
  readonly #statement: Statement
  readonly #values: TextValues
  readonly #resolve: (row: RowFields | null) => void
  readonly #reject: (error: Error) => void
  #row: RowFields | null = null

  constructor(
    statement: Statement,
    values: TextValues,
    resolve: (row: RowFields | null) => void,
    reject: (error: Error) => void,
  ) {
    super(statement.text)
    this.#statement = statement
    this.#values = values
    this.#resolve = resolve
    this.#reject = reject
  }

  override submit = (connection: Connection): void => {
    const { name, text } = this.#statement
    let prepared = preparedOn.get(connection)
    if (prepared === undefined) preparedOn.set(connection, (prepared = new Set()))
    if (!prepared.has(name)) {
      connection.parse({ name, text, types: [] }, true)
      prepared.add(name)
    }
    connection.bind({ statement: name, values: [...this.#values] }, true)
    connection.execute(null, true)
    connection.sync()
  }

  handleDataRow({ fields }: { readonly fields: RowFields }): void {
    this.#row = fields
  }

  handleCommandComplete(): void {
    // This method does nothing, because `handleReadyForQuery` resolves the result.
  }

  handleReadyForQuery(): void {
    this.#resolve(this.#row)
  }

  handleError(error: Error, connection: Connection): void {
    // The error may mean that PostgreSQL refused to prepare the statement, so the next call prepares it again.
    preparedOn.get(connection)?.delete(this.#statement.name)
    this.#reject(error)
  }
}
