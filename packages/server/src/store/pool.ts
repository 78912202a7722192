import { HeadgateError } from '@headgate/errors'
import type { PoolClient, QueryResult } from 'pg'
import { setTimeout as sleep } from 'node:timers/promises'
import { SingleFlight } from '../concurrency/single-flight.ts'
import { Connections, send } from './connections.ts'
import { completeSqlConfig, type SqlConfig } from './sql-config.ts'
import { isConflict, isConnectionFailure, isReadOnly, isStalePlan, translateFailure } from './failures.ts'
import { Listener } from './listener.ts'
import { ReadConnections } from './read-connections.ts'
import { queryRow } from './row-query.ts'
import type { ServerState } from './session-settings.ts'
import { SnapshotCache } from './snapshot-cache.ts'
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
/**
 * Maximum number of connections that are used only for pipelined reads. More connections would make reads only
 * slightly faster.
 */
const maxReadConnections = 2
/**
 * For each group of this many connections in the pool, one connection is used only for pipelined reads. A smaller pool
 * has no such connection.
 */
const connectionsPerReader = 5
const PING = statement('ping', 'select 1')

/**
 * Opens the connection pool of the store and checks that the database answers.
 *
 * @throws HeadgateError `unavailable` when the database does not answer
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
  readonly #rows = new SingleFlight<RowFields | null>()
  readonly #cached = new SnapshotCache(() => this.#readSnapshot())
  readonly #listener: Listener
  #serverRun: string | null = null

  constructor(config: SqlConfig) {
    const complete = completeSqlConfig(config)
    const onError = config.onError ?? (() => undefined)
    const onOpen = ({ run }: ServerState): void => this.#recordServerRun(run)
    const readers = Math.min(maxReadConnections, Math.floor(complete.poolSize / connectionsPerReader))
    const pooled = { ...complete, poolSize: complete.poolSize - readers }
    this.#connections = new Connections(pooled, this.#sockets, onError, onOpen)
    this.#reads = new ReadConnections(complete, readers, this.#sockets, onOpen)
    this.#listener = new Listener(complete, this.#sockets, onError)
  }

  run<Row>(statement: Statement, values?: readonly unknown[]): Promise<Row[]> {
    return this.#retry(statement, () =>
      this.#onPooled(async (client) => (await send(client, statement, values)).rows as Row[]),
    )
  }

  readRow(statement: Statement, values: TextValues): Promise<RowFields | null> {
    // Equal reads share a query that starts after all of them were requested, because clients often load one
    // table at the same time.
    return this.#rows.joinNext(toReadKey(statement, values), () => this.#readOne(statement, values))
  }

  readCached<T>(statement: Statement, values: TextValues, decode: (row: RowFields | null) => T): Promise<T> {
    const key = toReadKey(statement, values)
    return this.#cached.read(key, () => this.#readOne(statement, values), decode)
  }

  /**
   * Returns null when the read of the snapshot fails, because the read that follows is repeated after a failure, and
   * throws the error if it remains.
   */
  async #readSnapshot(): Promise<string | null> {
    try {
      return await this.#reads.readSnapshot()
    } catch {
      return null
    }
  }

  #readOne(statement: Statement, values: TextValues): Promise<RowFields | null> {
    return this.#retry(statement, () => this.#readOnce(statement, values))
  }

  async #readOnce(statement: Statement, values: TextValues): Promise<RowFields | null> {
    const acquired = this.#reads.acquire()
    // Does not await a connection that is already open, because the read must count as pending before the next call
    // of `acquire`. Otherwise all reads of one iteration of the event loop would use the same connection.
    const connection = acquired instanceof Promise ? await acquired : acquired
    if (connection === null) return await this.#onPooled((client) => queryRow(client, statement, values))
    try {
      return await connection.read(statement, values)
    } catch (error) {
      // Replaces all read connections, because the other read connections are often lost at the same time, and their
      // prepared plans are stale too.
      if (isStalePlan(error) || isConnectionFailure(error)) this.#reads.retire()
      throw error
    }
  }

  /**
   * Calls `work` with a connection of the pool. Closes the connection afterwards if the error of `work` shows that the
   * connection cannot be used again.
   */
  async #onPooled<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#connections.borrow()
    let failure: unknown
    try {
      return await work(client)
    } catch (error) {
      failure = error
      throw error
    } finally {
      // A read-only server is no longer the primary, so the read connections must be opened again to the new primary.
      if (isReadOnly(failure)) this.#reads.retire()
      client.release(isConnectionFailure(failure) || isStalePlan(failure))
    }
  }

  /** Executes a statement, and repeats it after a failure that certainly changed nothing. */
  async #retry<T>(statement: Statement, execute: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      let failure: unknown
      try {
        return await execute()
      } catch (error) {
        if (error instanceof HeadgateError) throw error
        failure = error
      }
      // PostgreSQL reports conflicts and stale plans before a statement changes data. A read never changes data.
      const hadNoEffect = isConflict(failure) || isStalePlan(failure)
      const isLostRead = !statement.writes && isConnectionFailure(failure) && attempt === 1
      if (!(hadNoEffect || isLostRead) || attempt >= ATTEMPTS) {
        throw translateFailure(withCaller(failure), statement.writes ? 'may-have-effect' : 'before-effect')
      }
      if (isConflict(failure)) await pause(attempt)
    }
  }

  /**
   * Announces a loss to all listeners when the PostgreSQL server was restarted or replaced, because its data may
   * differ from cached data.
   */
  #recordServerRun(run: string): void {
    const isNew = this.#serverRun !== null && this.#serverRun !== run
    this.#serverRun = run
    if (!isNew) return
    this.#cached.clear()
    this.#listener.announceLoss()
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
        const isRetryable = isConflict(transaction.failure) || isStalePlan(transaction.failure)
        if (!isRetryable || attempt >= ATTEMPTS) throw error
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

/** One attempt to run a transaction on one connection. */
class Transaction implements Queryable {
  /**
   * First error of a statement or of the connection. The callback may have caught this error and thrown another error.
   */
  failure: unknown
  /**
   * True when the connection must not be used again, because it failed or because its transaction may still be open.
   */
  broken = false
  readonly #client: PoolClient
  readonly #signal: AbortSignal | undefined
  readonly #callbacks: (() => void)[] = []
  #ended = false
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
      // An error that the callback itself threw is not a failure of the database, so it is not translated.
      throw error === this.failure ? translateFailure(withCaller(error), 'before-effect') : error
    } finally {
      this.#ended = true
    }
  }

  async #send(
    query: { readonly name?: string; readonly text: string },
    values?: readonly unknown[],
  ): Promise<QueryResult> {
    this.#signal?.throwIfAborted()
    if (this.#ended)
      throw new TypeError(
        'The transaction has already ended. Await all statements of the transaction in its callback.',
      )
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
      throw translateFailure(error, 'may-have-effect')
    }
    // PostgreSQL answers COMMIT with ROLLBACK when a statement failed and the callback ignored the error.
    if (command === 'COMMIT') return
    throw new HeadgateError(
      'internal',
      'The transaction was rolled back, because one of its statements failed.',
      {
        cause: this.failure,
      },
    )
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

/**
 * Replaces the stack trace of a driver error with that of the caller. The driver creates errors in socket events, so
 * their stack traces do not contain the caller.
 */
function withCaller(error: unknown): unknown {
  if (error instanceof Error && !(error instanceof HeadgateError)) Error.captureStackTrace(error, withCaller)
  return error
}

/**
 * Waits for a random time that grows with each attempt, so that two conflicting transactions do not conflict again.
 */
async function pause(attempt: number): Promise<void> {
  await sleep(Math.random() * 5 * 2 ** attempt)
}

/** Returns a key that is equal only for reads with the same statement and values. */
function toReadKey({ name }: Statement, values: TextValues): string {
  let key = name
  // PostgreSQL refuses U+0000 in texts, so the key is unambiguous.
  for (const value of values) key += value === null ? '\0' : `\0=${value}`
  return key
}
