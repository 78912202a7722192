import { Client } from 'pg'
import { setTimeout as sleep } from 'node:timers/promises'
import { clientConfig } from './connections.ts'
import type { CompleteSqlConfig } from './sql-config.ts'
import { translateFailure } from './failures.ts'
import { makeSettings } from './session-settings.ts'
import type { Sockets } from './sockets.ts'

/** Maximum pause in ms before the first attempt to reconnect. The maximum doubles after each failed attempt. */
const FIRST_PAUSE_MS = 100
const MAX_PAUSE_MS = 5_000
/**
 * Interval in ms of a query that detects a lost connection. Without a query, an idle connection reports no error when
 * the server is no longer reachable.
 */
const CHECK_MS = 10_000

type Callback = (payload: string | null) => void

/**
 * Receives PostgreSQL notifications (LISTEN) for any number of channels on one connection. Reconnects when
 * the connection is lost.
 */
export class Listener implements AsyncDisposable {
  readonly #config: CompleteSqlConfig
  readonly #sockets: Sockets
  readonly #onError: (error: Error) => void
  readonly #callbacks = new Map<string, Set<Callback>>()
  #closed = false
  #lost = false
  #connection: Promise<ListenConnection> | undefined

  constructor(config: CompleteSqlConfig, sockets: Sockets, onError: (error: Error) => void) {
    this.#config = config
    this.#sockets = sockets
    this.#onError = onError
  }

  /** Subscribes to a channel. Resolves when PostgreSQL has confirmed the subscription. */
  async listen(channel: string, callback: Callback): Promise<AsyncDisposable> {
    const callbacks = this.#callbacks.get(channel) ?? new Set()
    this.#callbacks.set(channel, callbacks.add(callback))
    try {
      this.#connection ??= this.#connect()
      await (await this.#connection).listen(channel)
    } catch (error) {
      callbacks.delete(callback)
      throw translateFailure(error, 'before-effect')
    }
    return {
      // Removes only the callback. The connection remains subscribed to the channel, because the number of channels
      // is small.
      [Symbol.asyncDispose]: async () => {
        callbacks.delete(callback)
        await Promise.resolve()
      },
    }
  }

  /** Calls all callbacks with null. Called when notifications may have been lost. */
  announceLoss(): void {
    for (const channel of this.#callbacks.keys()) this.#notify(channel, null)
  }

  /** Connects and subscribes to all channels. If an earlier connection was lost, calls all callbacks with null. */
  async #connect(): Promise<ListenConnection> {
    let connection: ListenConnection | undefined
    try {
      const client = new Client(clientConfig(this.#config, this.#sockets))
      const onNotification = (channel: string, payload: string): void => this.#notify(channel, payload)
      connection = await ListenConnection.open(client, onNotification, this.#onError)
      await makeSettings(client, this.#config)
      for (const channel of this.#callbacks.keys()) await connection.listen(channel)
    } catch (error) {
      this.#connection = undefined
      await connection?.close()
      throw error
    }
    if (this.#lost) this.announceLoss()
    void this.#reconnectAfter(connection)
    return connection
  }

  /** Waits for the end of a connection, and then reconnects. Repeats failed attempts without a limit. */
  async #reconnectAfter(connection: ListenConnection): Promise<void> {
    await connection.ended
    this.#connection = undefined
    this.#lost = true
    for (let limit = FIRST_PAUSE_MS; ; limit = Math.min(limit * 2, MAX_PAUSE_MS)) {
      await sleep(limit * (0.5 + Math.random() / 2), undefined, { ref: false })
      // During the pause, a call of `listen` may already have reconnected.
      if (this.#closed || this.#connection !== undefined) return
      try {
        await (this.#connection = this.#connect())
        return
      } catch (error) {
        if (error instanceof Error) this.#onError(error)
      }
    }
  }

  #notify(channel: string, payload: string | null): void {
    for (const callback of this.#callbacks.get(channel) ?? []) {
      try {
        callback(payload)
      } catch (error) {
        if (error instanceof Error) this.#onError(error)
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    const connection = await this.#connection?.catch(() => undefined)
    await connection?.close()
  }
}

/** One PostgreSQL connection that receives notifications. `Listener` opens a new one after a loss. */
class ListenConnection {
  /** Promise that resolves when the connection has ended. */
  readonly ended: Promise<void>
  readonly #client: Client
  #last: Promise<unknown> = Promise.resolve()

  static async open(
    client: Client,
    onNotification: (channel: string, payload: string) => void,
    onError: (error: Error) => void,
  ): Promise<ListenConnection> {
    client.on('notification', ({ channel, payload = '' }) => onNotification(channel, payload))
    client.on('error', onError)
    const connection = new ListenConnection(client)
    try {
      await client.connect()
    } catch (error) {
      await connection.close()
      throw error
    }
    return connection
  }

  constructor(client: Client) {
    this.#client = client
    const checks = setInterval(
      () => void this.#query('select 1').catch(async () => await this.close()),
      CHECK_MS,
    )
    checks.unref()
    this.ended = new Promise((resolve) => {
      client.on('end', () => {
        clearInterval(checks)
        resolve()
      })
    })
  }

  async listen(channel: string): Promise<void> {
    await this.#query(`listen ${this.#client.escapeIdentifier(channel)}`)
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => undefined)
  }

  /**
   * Runs a query when the previous queries have finished, because the driver deprecates concurrent queries on one
   * client.
   */
  async #query(text: string): Promise<void> {
    const turn = this.#last.then(async () => await this.#client.query(text))
    this.#last = turn.catch(() => undefined)
    await turn
  }
}
