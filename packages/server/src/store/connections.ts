import {
  DatabaseError,
  Pool,
  Query,
  type ClientBase,
  type ClientConfig,
  type PoolClient,
  type QueryResult,
  type QueryResultRow,
} from 'pg'
import { columnTypes } from './column-types.ts'
import { unavailable } from './failures.ts'
import { serverConnectionName } from './server-connections.ts'
import { answerGraceMs, makeSettings, type ServerState } from './session-settings.ts'
import type { Sockets } from './sockets.ts'
import type { CompleteSqlConfig } from './sql-config.ts'

export function clientConfig(config: CompleteSqlConfig, sockets: Sockets): ClientConfig {
  return {
    stream: sockets.make,
    connectionString: config.url,
    application_name: serverConnectionName(),
    types: columnTypes,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: config.connectionTimeoutMs,
    query_timeout: config.statementTimeoutMs + answerGraceMs,
  }
}

/** How long the server is not asked for more connections when it had none left, ms. */
const makeDoMs = 5_000

/** Lends connections of a pool: each to one borrower at a time. */
export class Connections implements AsyncDisposable {
  readonly #pool: Pool
  readonly #maxWaiting: number
  readonly #size: number
  readonly #onError: (error: Error) => void
  readonly #patienceMs: number
  /** Those that the server gave. One that broke while it was set up is removed without having been added. */
  readonly #open = new Set<PoolClient>()
  #growsAt = 0

  /** @param onOpen called with the state of the server when a connection is opened */
  constructor(
    config: CompleteSqlConfig,
    sockets: Sockets,
    onError: (error: Error) => void,
    onOpen: (state: ServerState) => void,
  ) {
    this.#maxWaiting = config.maxWaiting
    this.#size = config.poolSize
    this.#onError = onError
    this.#patienceMs = config.connectionTimeoutMs
    // The pool waits for it, which its types do not say.
    const onConnect = (client: ClientBase): unknown => makeSettings(client, config).then(onOpen)
    this.#pool = new Pool({
      ...clientConfig(config, sockets),
      max: config.poolSize,
      onConnect,
      idleTimeoutMillis: 60_000,
      // Connections spread over new servers after a fail-over or scaling behind one name.
      maxLifetimeSeconds: 1_800,
    })
    // Once the pool ends, a server that stops right behind it may be quicker than its connections.
    this.#pool.on('error', (error) => {
      if (!this.#pool.ending) onError(error)
    })
    // While a connection is lent its errors reach the borrower through the statement; without a listener they would
    // end the program.
    this.#pool.on('connect', (client) => {
      client.on('error', () => undefined)
      this.#open.add(client)
    })
    this.#pool.on('remove', (client) => this.#open.delete(client))
  }

  /** @throws HeadgateError `unavailable`, before anything was sent */
  async borrow(): Promise<PoolClient> {
    if (this.#pool.waitingCount >= this.#maxWaiting)
      throw unavailable('The database is overloaded; try again.')
    const began = performance.now()
    if (began >= this.#growsAt) this.#pool.options.max = this.#size
    for (;;) {
      try {
        return await this.#connect()
      } catch (error) {
        if (this.#makesDo(error) && performance.now() - began < this.#patienceMs) continue
        const late = error instanceof Error && error.message.startsWith('timeout exceeded')
        throw unavailable(`The database ${late ? 'is overloaded' : 'cannot be reached'}; try again.`, error)
      }
    }
  }

  #connect(): Promise<PoolClient> {
    return new Promise((resolve, reject) => {
      this.#pool.connect((error, client) => {
        if (client === undefined) reject(error ?? new Error('there is no connection'))
        else resolve(client)
      })
    })
  }

  /** The server has none left for us: those that there are must do for a while. False: there are none, or it is another error. */
  #makesDo(error: unknown): boolean {
    if (!(error instanceof DatabaseError) || error.code !== '53300' || this.#pool.totalCount === 0)
      return false
    const now = performance.now()
    if (now >= this.#growsAt) this.#onError(error)
    // Those that are only being made count for the pool, and will be refused as well.
    this.#pool.options.max = Math.max(1, this.#open.size)
    this.#growsAt = now + makeDoMs
    return true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end()
  }
}

/** Sends one statement and waits for its rows: one round trip, and a second name for it is never sent. */
export async function send(
  client: ClientBase,
  query: { readonly name?: string; readonly text: string },
  values?: readonly unknown[],
): Promise<QueryResult<QueryResultRow>> {
  return await new Promise((resolve, reject) => {
    // The driver copies a configuration property by property, which takes it several microseconds; a text it takes as it is.
    const sent = new Query<QueryResultRow>(query.text, values === undefined ? undefined : [...values])
    client.query(
      Object.assign(sent, {
        name: query.name,
        callback: (error: Error | null | undefined, result: QueryResult<QueryResultRow>) => {
          if (error === null || error === undefined) resolve(result)
          else reject(error)
        },
      }),
    )
  })
}
