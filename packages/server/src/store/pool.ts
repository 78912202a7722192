import { HeadgateError } from '@headgate/errors'
import type { PoolClient, QueryResult } from 'pg'
import { setTimeout as sleep } from 'node:timers/promises'
import { Connections, send } from './connections.ts'
import { completeSqlConfig, type SqlConfig } from './sql-config.ts'
import { explain, isConflict, isConnectionFailure, isReadOnly, isStalePlan } from './failures.ts'
import { Listener } from './listener.ts'
import { ReadConnections } from './read-connections.ts'
import { queryRow } from './row-query.ts'
import type { ServerState } from './session-settings.ts'
import { Sockets } from './sockets.ts'
import {
  statement,
  type Queryable,
  type RowFields,
  type Sql,
  type Statement,
  type TextValues,
} from './sql.ts'

const ATTEMPTS = 5
/** More connections make reads only slightly faster. */
const maxReadConnections = 2
/** Smaller pools have no connection for reads alone. */
const connectionsPerReader = 5
const PING = statement('ping', 'select 1')

/**
 * Opens the store's connection pool and proves that the database answers.
 *
 * @throws HeadgateError `unavailable` when it does not
 * @example
 * ```ts
 * await using sql = await openSql({ url: 'postgresql://headgate@localhost/headgate', poolSize: 20 })
 * ```
 */
export async function openSql(config: SqlConfig): Promise<Sql> {
  const pool = new Pool(config)
  try {
    await pool.run(PING)
  } catch (error) {
    await pool[Symbol.asyncDispose]()
    throw error
  }
  return pool
}

class Pool implements Sql {
  readonly #sockets = new Sockets()
  readonly #connections: Connections
  readonly #reads: ReadConnections
  readonly #listener: Listener
  #serverRun: string | null = null

  constructor(config: SqlConfig) {
    const settled = completeSqlConfig(config)
    const onError = config.onError ?? (() => undefined)
    const onOpen = ({ run }: ServerState): void => this.#noteRun(run)
    const readers = Math.min(maxReadConnections, Math.floor(settled.poolSize / connectionsPerReader))
    const pooled = { ...settled, poolSize: settled.poolSize - readers }
    this.#connections = new Connections(pooled, this.#sockets, onError, onOpen)
    this.#reads = new ReadConnections(settled, readers, this.#sockets, onOpen)
    this.#listener = new Listener(settled, this.#sockets, onError)
  }

  run<Row>(statement: Statement, values?: readonly unknown[]): Promise<Row[]> {
    return this.#retry(statement, () =>
      this.#onPooled(async (client) => (await send(client, statement, values)).rows as Row[]),
    )
  }

  readRow(statement: Statement, values: TextValues): Promise<RowFields | null> {
    return this.#retry(statement, () => this.#readOnce(statement, values))
  }

  async #readOnce(statement: Statement, values: TextValues): Promise<RowFields | null> {
    const acquired = this.#reads.acquire()
    // Without a wait here, the reads of one iteration of the event loop are spread over the connections.
    const connection = acquired instanceof Promise ? await acquired : acquired
    if (connection === null) return await this.#onPooled((client) => queryRow(client, statement, values))
    try {
      return await connection.read(statement, values)
    } catch (error) {
      // Other connections are often lost at the same time, and have the same plans.
      if (isStalePlan(error) || isConnectionFailure(error)) this.#reads.retire()
      throw error
    }
  }

  /** Runs `work` with a connection of the pool, which is closed when it is of no more use. */
  async #onPooled<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#connections.borrow()
    let failure: unknown
    try {
      return await work(client)
    } catch (error) {
      failure = error
      throw error
    } finally {
      client.release(failure !== undefined && this.#isUseless(failure))
    }
  }

  /** Returns whether a connection with this failure must not be used again. */
  #isUseless(failure: unknown): boolean {
    // A server that became read-only is not the primary any more.
    if (isReadOnly(failure)) this.#reads.retire()
    return isConnectionFailure(failure) || isStalePlan(failure)
  }

  /** Repeats the execution of a statement after a failure that had no effect. */
  async #retry<T>(statement: Statement, execute: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      let failure: unknown
      try {
        return await execute()
      } catch (error) {
        if (error instanceof HeadgateError) throw error
        failure = error
      }
      // Reads have no effect. Conflicts and stale plans are errors before an effect.
      const harmless = isConflict(failure) || isStalePlan(failure)
      const lostRead = !statement.writes && isConnectionFailure(failure) && attempt === 1
      if (!(harmless || lostRead) || attempt >= ATTEMPTS) {
        throw explain(withCaller(failure), statement.writes ? 'may-have-effect' : 'before-effect')
      }
      if (isConflict(failure)) await pause(attempt)
    }
  }

  /** Tells listeners that the server was restarted or replaced: what they read before may not be what it contains. */
  #noteRun(run: string): void {
    const isNew = this.#serverRun !== null && this.#serverRun !== run
    this.#serverRun = run
    if (isNew) this.#listener.announceLoss()
  }

  afterCommit(callback: () => void): void {
    callback()
  }

  async transaction<T>(
    work: (tx: Queryable) => Promise<T>,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      options.signal?.throwIfAborted()
      const client = await this.#connections.borrow()
      const transaction = new Transaction(client, options.signal)
      try {
        return await transaction.perform(work)
      } catch (error) {
        const again = isConflict(transaction.failure) || isStalePlan(transaction.failure)
        if (!again || attempt >= ATTEMPTS) throw error
      } finally {
        if (isReadOnly(transaction.failure)) this.#reads.retire()
        client.release(transaction.broken)
      }
      await pause(attempt)
    }
  }

  async listen(channel: string, onPayload: (payload: string | null) => void): Promise<AsyncDisposable> {
    return await this.#listener.listen(channel, onPayload)
  }

  async ping(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const { promise, reject } = Promise.withResolvers<never>()
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    try {
      await Promise.race([this.run(PING), promise])
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ends = [this.#listener, this.#reads, this.#connections].map((part) => part[Symbol.asyncDispose]())
    await this.#sockets.cutAfter(Promise.allSettled(ends))
  }
}

/** One attempt at a transaction on one connection. */
class Transaction implements Queryable {
  /** What the database or the connection said first; the work may have thrown something else in its place. */
  failure: unknown
  /** The connection's state is not known to be clean: it must not be used again. */
  broken = false
  readonly #client: PoolClient
  readonly #signal: AbortSignal | undefined
  readonly #callbacks: (() => void)[] = []
  #over = false
  #last: Promise<unknown> = Promise.resolve()

  constructor(client: PoolClient, signal: AbortSignal | undefined) {
    this.#client = client
    this.#signal = signal
  }

  async run<Row>(statement: Statement, values?: readonly unknown[]): Promise<Row[]> {
    const turn = this.#last.then(async () => await this.#send(statement, values))
    this.#last = turn.catch(() => undefined)
    return (await turn).rows as Row[]
  }

  afterCommit(callback: () => void): void {
    this.#callbacks.push(callback)
  }

  async perform<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    try {
      await this.#send({ text: 'begin' })
      const result = await work(this)
      await this.#last
      this.#signal?.throwIfAborted()
      await this.#commit()
      for (const callback of this.#callbacks) callback()
      return result
    } catch (error) {
      await this.#rollback()
      // What the work itself threw is not the database's to explain.
      throw error === this.failure ? explain(withCaller(error), 'before-effect') : error
    } finally {
      this.#over = true
    }
  }

  async #send(
    query: { readonly name?: string; readonly text: string },
    values?: readonly unknown[],
  ): Promise<QueryResult> {
    this.#signal?.throwIfAborted()
    if (this.#over)
      throw new TypeError('This transaction has ended. Await all of its statements in the callback.')
    try {
      return await send(this.#client, query, values)
    } catch (error) {
      this.failure ??= error
      if (isConnectionFailure(error) || isStalePlan(error)) this.broken = true
      throw error
    }
  }

  async #commit(): Promise<void> {
    let command: string
    try {
      command = (await send(this.#client, { text: 'commit' })).command
    } catch (error) {
      this.failure ??= error
      this.broken = isConnectionFailure(error)
      throw explain(error, 'may-have-effect')
    }
    // The server answers COMMIT with ROLLBACK when a statement had failed and the work went on regardless.
    if (command === 'COMMIT') return
    throw new HeadgateError('internal', 'The change was not made.', { cause: this.failure })
  }

  async #rollback(): Promise<void> {
    if (this.broken) return
    try {
      await this.#last
      if (this.#client.getTransactionStatus() !== 'I') await send(this.#client, { text: 'rollback' })
    } catch {
      this.broken = true
    }
  }
}

/** The driver's errors come from its socket; this makes the stack lead to whoever asked. */
function withCaller(error: unknown): unknown {
  if (error instanceof Error && !(error instanceof HeadgateError)) Error.captureStackTrace(error, withCaller)
  return error
}

/** Longer after each attempt, and random, so that those who collided do not meet again. */
async function pause(attempt: number): Promise<void> {
  await sleep(Math.random() * 5 * 2 ** attempt)
}
