import { DatabaseError } from 'pg'
import { unavailable } from './failures.ts'
import { ReadConnection } from './read-connection.ts'
import type { ServerState } from './session-settings.ts'
import type { Sockets } from './sockets.ts'
import type { CompleteSqlConfig } from './sql-config.ts'

/** Maximum number of pending reads on one connection. */
const maxPending = 10_000

/** Time in ms after which a connection is replaced by a new one. The pool uses the same lifetime. */
const lifetimeMs = 30 * 60_000

/** Time in ms for which no connection is opened after PostgreSQL accepted no more connections or was read-only. */
const pauseMs = 5_000

/**
 * Set of connections for pipelined reads. Opens the connections when they are needed, and replaces lost connections.
 */
export class ReadConnections implements AsyncDisposable {
  readonly #config: CompleteSqlConfig
  readonly #size: number
  readonly #sockets: Sockets
  readonly #onOpen: (state: ServerState) => void
  #open: readonly ReadConnection[] = []
  #opening: Promise<ReadConnection | null> | null = null
  #opensAt = 0
  #closed = false

  /**
   * @param size maximum number of connections. With 0, all reads use connections of the pool
   * @param onOpen called with the state of the PostgreSQL server when a connection is opened
   */
  constructor(
    config: CompleteSqlConfig,
    size: number,
    sockets: Sockets,
    onOpen: (state: ServerState) => void,
  ) {
    this.#config = config
    this.#size = size
    this.#sockets = sockets
    this.#onOpen = onOpen
  }

  /**
   * Returns the connection with the fewest pending reads. Returns null when no such connection is available, so that
   * the read must use a connection of the pool.
   *
   * @throws HeadgateError `unavailable` when the database cannot be reached, or when too many reads are pending
   */
  acquire(): ReadConnection | Promise<ReadConnection | null> {
    const now = performance.now()
    let least: ReadConnection | null = null
    for (const connection of this.#open) {
      if (!connection.usable || now - connection.openedAt > lifetimeMs) this.#retire(connection)
      else if (least === null || connection.pending < least.pending) least = connection
    }
    if (least === null) return this.#openOne()
    if (least.pending > 0 && this.#open.length < this.#size) this.#openOne().catch(() => undefined)
    if (least.pending >= maxPending) throw unavailable('The database is overloaded; try again.')
    return least
  }

  /**
   * Returns the current snapshot of the database. Returns null when no connection for pipelined reads is available.
   *
   * @throws HeadgateError `unavailable`, or Error of the driver or of PostgreSQL
   */
  async readSnapshot(): Promise<string | null> {
    const collecting = this.#open.find((connection) => connection.collectsSnapshot && connection.usable)
    const connection = collecting ?? (await this.acquire())
    return connection === null ? null : await connection.readSnapshot()
  }

  /** Closes all connections after their pending reads have ended. Later reads open new connections. */
  retire(): void {
    for (const connection of this.#open) this.#retire(connection)
  }

  #retire(connection: ReadConnection): void {
    this.#open = this.#open.filter((other) => other !== connection)
    void connection.end()
  }

  #openOne(): Promise<ReadConnection | null> {
    if (this.#opening !== null) return this.#opening
    if (this.#size === 0 || this.#closed || performance.now() < this.#opensAt) return Promise.resolve(null)
    this.#opening = this.#connect().finally(() => {
      this.#opening = null
    })
    return this.#opening
  }

  async #connect(): Promise<ReadConnection | null> {
    let readOnly = false
    let connection: ReadConnection
    try {
      connection = await ReadConnection.open(this.#config, this.#sockets, (state) => {
        readOnly = state.readOnly
        this.#onOpen(state)
      })
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.code !== '53300')
        throw unavailable('The database cannot be reached; try again.', error)
      // PostgreSQL accepts no more connections, so reads use the open connections of the pool.
      this.#opensAt = performance.now() + pauseMs
      return null
    }
    // Does not use a read-only server, because it may be a former primary with old data. On a connection that only
    // reads, no failing write would reveal this.
    if (readOnly || this.#closed) {
      void connection.end()
      this.#opensAt = performance.now() + pauseMs
      return null
    }
    this.#open = [...this.#open, connection]
    return connection
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    await this.#opening?.catch(() => undefined)
    await Promise.all(this.#open.map((connection) => connection.end()))
  }
}
