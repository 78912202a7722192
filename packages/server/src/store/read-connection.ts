import { Client } from 'pg'
import { clientConfig } from './connections.ts'
import { queryRows, type RowRead } from './row-query.ts'
import { responseGraceMs, makeSettings, type ServerState } from './session-settings.ts'
import type { Sockets } from './sockets.ts'
import type { CompleteSqlConfig } from './sql-config.ts'
import { type RowFields, type Statement, statement, type TextValues } from './sql.ts'

/**
 * Returns the snapshot of the database: `xmin:xmax:xip_list`, the ids of the transactions that have ended. Two
 * statements with the same snapshot see the same rows (PostgreSQL, "Transaction ID and Snapshot Information
 * Functions").
 */
const currentSnapshot = statement('current_snapshot', 'select pg_current_snapshot()')

/** Number of times that `#check` runs within the time limit of a statement. */
const checks = 8

/**
 * Connection that sends reads without waiting for the responses to earlier reads (pipelining). Sends all reads of one
 * iteration of the event loop together, in the order of the calls.
 */
export class ReadConnection {
  readonly openedAt: number = performance.now()
  readonly #client: Client
  readonly #timer: NodeJS.Timeout
  /** Total number of sent reads at the time of each of the last checks. */
  readonly #sentAtCheck: number[] = []
  #sent = 0
  #completed = 0
  /** Reads that are sent at the end of the current iteration of the event loop. */
  #collected: RowRead[] = []
  /** Read of the snapshot that is one of `#collected`. Null when there is none. */
  #collectedSnapshot: Promise<string> | null = null
  readonly #serverRun: string
  #usable = true

  /**
   * Opens a connection.
   *
   * @param onOpen called with the state of the PostgreSQL server before the first read
   * @throws Error of the driver or of PostgreSQL
   */
  static async open(
    config: CompleteSqlConfig,
    sockets: Sockets,
    onOpen: (state: ServerState) => void,
  ): Promise<ReadConnection> {
    // Disables the time limit of the driver, which uses one timer for each read. `#check` limits the time of all
    // reads with one timer.
    const client = new Client({ ...clientConfig(config, sockets), query_timeout: 0, pipeline: true })
    // A connection error rejects all pending reads. Without this listener, the error would also end the process.
    client.on('error', () => undefined)
    let state: ServerState
    try {
      await client.connect()
      state = await makeSettings(client, config)
      onOpen(state)
    } catch (error) {
      void client.end().catch(() => undefined)
      throw error
    }
    return new ReadConnection(client, state.run, config.statementTimeoutMs + responseGraceMs)
  }

  private constructor(client: Client, serverRun: string, limitMs: number) {
    this.#client = client
    this.#serverRun = serverRun
    this.#timer = setInterval(() => this.#check(), limitMs / checks).unref()
    client.on('error', () => {
      this.#usable = false
    })
    client.on('end', () => {
      this.#usable = false
      clearInterval(this.#timer)
    })
  }

  /** Whether reads can use the connection. False after the connection was lost or closed. */
  get usable(): boolean {
    return this.#usable
  }

  /** Number of sent reads that have no response yet. */
  get pending(): number {
    return this.#sent - this.#completed
  }

  /**
   * Sends a read at the end of the current iteration of the event loop, and returns its row.
   *
   * @returns null when the statement found no row
   * @throws Error of the driver or of PostgreSQL
   */
  read(statement: Statement, values: TextValues): Promise<RowFields | null> {
    this.#sent += 1
    return new Promise((resolve, reject) => {
      this.#collect({
        statement,
        values,
        resolve: (row) => {
          this.#completed += 1
          resolve(row)
        },
        reject: (error) => {
          this.#completed += 1
          reject(error)
        },
      })
    })
  }

  /**
   * Returns the current snapshot of the database, with the run of its server, because another server, or the same one
   * after a crash, can have the same snapshot with other rows. Calls in one iteration of the event loop share one read.
   *
   * @throws Error of the driver or of PostgreSQL
   */
  readSnapshot(): Promise<string> {
    this.#collectedSnapshot ??= this.read(currentSnapshot, []).then(
      (row) => `${this.#serverRun} ${row?.[0] ?? ''}`,
    )
    return this.#collectedSnapshot
  }

  /** Whether a call of `readSnapshot` now shares the read of an earlier call. */
  get collectsSnapshot(): boolean {
    return this.#collectedSnapshot !== null
  }

  /** Closes the connection after all pending reads have received their responses. */
  async end(): Promise<void> {
    this.#usable = false
    // Waits until the reads of this iteration of the event loop are sent, because the driver refuses queries after
    // `end`.
    await new Promise((resolve) => setImmediate(resolve))
    await this.#client.end().catch(() => undefined)
  }

  #collect(read: RowRead): void {
    if (this.#collected.push(read) === 1) setImmediate(() => this.#send())
  }

  #send(): void {
    const reads = this.#collected
    this.#collected = []
    this.#collectedSnapshot = null
    queryRows(this.#client, reads, (skipped) => {
      for (const read of skipped) this.#collect(read)
    })
  }

  /**
   * Closes the connection, so that all pending reads fail, when a read had no response for longer than the time
   * limit.
   */
  #check(): void {
    this.#sentAtCheck.push(this.#sent)
    if (this.#sentAtCheck.length <= checks) return
    const sent = this.#sentAtCheck.shift() ?? 0
    if (this.#completed < sent) this.#client.connection.stream.destroy()
  }
}
