import type { Sql } from '../../src/store/sql.ts'

/** Wraps a store so that a test can delay the results of queries and send notifications itself. */
export class Gate implements Sql {
  reads = 0
  failNext = false
  readonly #inner: Sql
  readonly #listeners = new Set<(payload: string | null) => void>()
  #held: { readonly arrived: () => void; readonly released: Promise<void> } | undefined

  constructor(inner: Sql) {
    this.#inner = inner
  }

  /**
   * Delays the result of the next query until `release` is called. `read` resolves when the store has
   * returned the result.
   */
  hold(): { readonly read: Promise<void>; readonly release: () => void } {
    const arrived = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    this.#held = { arrived: arrived.resolve, released: released.promise }
    return { read: arrived.promise, release: released.resolve }
  }

  notify(payload: string | null): void {
    for (const listener of this.#listeners) listener(payload)
  }

  async run<Row>(...args: Parameters<Sql['run']>): Promise<Row[]> {
    this.reads += 1
    if (this.failNext) {
      this.failNext = false
      throw new Error('the store is unavailable')
    }
    const held = this.#held
    this.#held = undefined
    const rows = await this.#inner.run<Row>(...args)
    held?.arrived()
    await held?.released
    return rows
  }

  listen(_channel: string, onPayload: (payload: string | null) => void): Promise<AsyncDisposable> {
    this.#listeners.add(onPayload)
    return Promise.resolve({ [Symbol.asyncDispose]: () => Promise.resolve() })
  }

  transaction: Sql['transaction'] = (work, options) => this.#inner.transaction(work, options)
  readRow: Sql['readRow'] = (...args) => this.#inner.readRow(...args)
  readCached: Sql['readCached'] = (...args) => this.#inner.readCached(...args)
  ping: Sql['ping'] = (signal) => this.#inner.ping(signal)
  afterCommit: Sql['afterCommit'] = (callback) => callback()

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.resolve()
  }
}
