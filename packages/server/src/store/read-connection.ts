import { Client } from 'pg'
import { clientConfig } from './connections.ts'
import { queryRow } from './row-query.ts'
import { answerGraceMs, makeSettings, type ServerState } from './session-settings.ts'
import type { Sockets } from './sockets.ts'
import type { CompleteSqlConfig } from './sql-config.ts'
import type { RowFields, Statement, TextValues } from './sql.ts'

/** Number of checks within the time limit of a statement. */
const checks = 8

/**
 * One connection on which reads do not wait for the responses to earlier reads (pipelining). All reads of one iteration of
 * the event loop are sent together, in the order of their calls.
 */
export class ReadConnection {
  readonly openedAt: number = performance.now()
  readonly #client: Client
  readonly #timer: NodeJS.Timeout
  /** Number of sent reads at each of the last checks. */
  readonly #sentAtCheck: number[] = []
  #sent = 0
  #answered = 0
  #corked = false
  #usable = true

  /**
   * Opens a connection.
   *
   * @param onOpen called with the state of the server, before the first read
   * @throws Error of the driver or of PostgreSQL
   */
  static async open(
    config: CompleteSqlConfig,
    sockets: Sockets,
    onOpen: (state: ServerState) => void,
  ): Promise<ReadConnection> {
    // The driver's time limit is one timer for each read; `#check` limits all of them with one timer.
    const client = new Client({ ...clientConfig(config, sockets), query_timeout: 0, pipeline: true })
    // Errors of the connection reject the reads on it.
    client.on('error', () => undefined)
    try {
      await client.connect()
      onOpen(await makeSettings(client, config))
    } catch (error) {
      void client.end().catch(() => undefined)
      throw error
    }
    return new ReadConnection(client, config.statementTimeoutMs + answerGraceMs)
  }

  private constructor(client: Client, limitMs: number) {
    this.#client = client
    this.#timer = setInterval(() => this.#check(), limitMs / checks).unref()
    client.on('error', () => {
      this.#usable = false
    })
    client.on('end', () => {
      this.#usable = false
      clearInterval(this.#timer)
    })
  }

  /** False after the connection was lost or ended. */
  get usable(): boolean {
    return this.#usable
  }

  /** Number of reads without a response. */
  get pending(): number {
    return this.#sent - this.#answered
  }

  /**
   * Sends a read at the end of this iteration of the event loop.
   *
   * @returns null when the statement found no row
   * @throws Error of the driver or of PostgreSQL
   */
  async read(statement: Statement, values: TextValues): Promise<RowFields | null> {
    if (!this.#corked) this.#cork()
    this.#sent += 1
    try {
      return await queryRow(this.#client, statement, values)
    } finally {
      this.#answered += 1
    }
  }

  /** Ends the connection after the responses to all pending reads. */
  async end(): Promise<void> {
    this.#usable = false
    await this.#client.end().catch(() => undefined)
  }

  #cork(): void {
    const { stream } = this.#client.connection
    this.#corked = true
    stream.cork()
    setImmediate(() => {
      this.#corked = false
      stream.uncork()
    })
  }

  /** Breaks the connection when a read had no response for longer than the time limit. All pending reads fail. */
  #check(): void {
    this.#sentAtCheck.push(this.#sent)
    if (this.#sentAtCheck.length <= checks) return
    const sent = this.#sentAtCheck.shift() ?? 0
    if (this.#answered < sent) this.#client.connection.stream.destroy()
  }
}
