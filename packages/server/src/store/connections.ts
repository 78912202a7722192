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
import { responseGraceMs, makeSettings, type ServerState } from './session-settings.ts'
import type { Sockets } from './sockets.ts'
import type { CompleteSqlConfig } from './sql-config.ts'

/** Returns the configuration with which the driver opens a connection. */
export function clientConfig(config: CompleteSqlConfig, sockets: Sockets): ClientConfig {
  return {
    stream: sockets.make,
    connectionString: config.url,
    application_name: serverConnectionName(),
    types: columnTypes,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: config.connectionTimeoutMs,
    query_timeout: config.statementTimeoutMs + responseGraceMs,
  }
}

/** Time in ms for which the pool opens no further connection after PostgreSQL refused a connection because it already had too many. */
const growthPauseMs = 5_000

/** Pool of database connections. Only one caller uses a connection at a time. */
export class Connections implements AsyncDisposable {
  readonly #pool: Pool
  readonly #maxWaiting: number
  readonly #size: number
  readonly #onError: (error: Error) => void
  readonly #timeoutMs: number
  /** Open connections of the pool. */
  readonly #open = new Set<PoolClient>()
  #mayGrowAt = 0

  /**
   * @param onError called with the error when an idle connection is lost, and when PostgreSQL accepts no more
   *   connections
   * @param onOpen called with the state of the PostgreSQL server when a connection is opened
   */
  constructor(
    config: CompleteSqlConfig,
    sockets: Sockets,
    onError: (error: Error) => void,
    onOpen: (state: ServerState) => void,
  ) {
    this.#maxWaiting = config.maxWaiting
    this.#size = config.poolSize
    this.#onError = onError
    this.#timeoutMs = config.connectionTimeoutMs
    // The driver waits for the promise that `onConnect` returns, although its type declarations do not say this.
    const onConnect = (client: ClientBase): unknown => makeSettings(client, config).then(onOpen)
    this.#pool = new Pool({
      ...clientConfig(config, sockets),
      max: config.poolSize,
      onConnect,
      idleTimeoutMillis: 60_000,
      // With a limited lifetime, connections are opened again and reach new database servers, which a failover or
      // scaling added behind the same host name.
      maxLifetimeSeconds: 1_800,
    })
    // While the pool closes, PostgreSQL may close a connection first, which is not an error.
    this.#pool.on('error', (error) => {
      if (!this.#pool.ending) onError(error)
    })
    // An error of a borrowed connection rejects its current statement. Without this listener, the error would also
    // end the process.
    this.#pool.on('connect', (client) => {
      client.on('error', () => undefined)
      this.#open.add(client)
    })
    this.#pool.on('remove', (client) => this.#open.delete(client))
  }

  /**
   * Waits for an idle connection and returns it. The caller must release it.
   *
   * @throws HeadgateError `unavailable` when no connection is available within the time limit
   */
  async borrow(): Promise<PoolClient> {
    if (this.#pool.waitingCount >= this.#maxWaiting)
      throw unavailable('The database is overloaded; try again.')
    const startedAt = performance.now()
    if (startedAt >= this.#mayGrowAt) this.#pool.options.max = this.#size
    for (;;) {
      try {
        return await this.#connect()
      } catch (error) {
        if (this.#shrinksAfter(error) && performance.now() - startedAt < this.#timeoutMs) continue
        const isLate = error instanceof Error && error.message.startsWith('timeout exceeded')
        throw unavailable(`The database ${isLate ? 'is overloaded' : 'cannot be reached'}; try again.`, error)
      }
    }
  }

  #connect(): Promise<PoolClient> {
    return new Promise((resolve, reject) => {
      this.#pool.connect((error, client) => {
        if (client === undefined) reject(error ?? new Error('The pool returned no connection.'))
        else resolve(client)
      })
    })
  }

  /**
   * Limits the pool to its open connections for `growthPauseMs` and returns true, if the error says that PostgreSQL
   * accepts no more connections. Returns false for another error, and when the pool has no connection.
   */
  #shrinksAfter(error: unknown): boolean {
    if (!(error instanceof DatabaseError) || error.code !== '53300' || this.#pool.totalCount === 0)
      return false
    const now = performance.now()
    if (now >= this.#mayGrowAt) this.#onError(error)
    // Counts only open connections. `totalCount` also includes connections that are being opened, which PostgreSQL will
    // refuse too.
    this.#pool.options.max = Math.max(1, this.#open.size)
    this.#mayGrowAt = now + growthPauseMs
    return true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end()
  }
}

/** Sends one statement on a connection and waits for its rows, in one round trip. */
export async function send(
  client: ClientBase,
  query: { readonly name?: string; readonly text: string },
  values?: readonly unknown[],
): Promise<QueryResult<QueryResultRow>> {
  return await new Promise((resolve, reject) => {
    // Passes the SQL text instead of a configuration object, because the driver copies each property of such an
    // object, which takes several microseconds.
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
