import { Client } from 'pg'
import { setTimeout as sleep } from 'node:timers/promises'
import { clientConfig } from './connections.ts'
import type { CompleteSqlConfig } from './sql-config.ts'
import { explain } from './failures.ts'
import { makeSettings } from './session-settings.ts'
import type { Sockets } from './sockets.ts'

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000
/** A connection whose other end vanished says nothing; asking finds out. */
const CHECK_MS = 10_000

type Callback = (payload: string | null) => void

/** One connection that listens on any number of channels, and is made again whenever it is lost. */
export class Listener implements AsyncDisposable {
  readonly #config: CompleteSqlConfig
  readonly #sockets: Sockets
  readonly #onError: (error: Error) => void
  readonly #callbacks = new Map<string, Set<Callback>>()
  #closed = false
  #lost = false
  #link: Promise<Link> | undefined

  constructor(config: CompleteSqlConfig, sockets: Sockets, onError: (error: Error) => void) {
    this.#config = config
    this.#sockets = sockets
    this.#onError = onError
  }

  /** Resolves when the server has confirmed that it will notify us. */
  async listen(channel: string, callback: Callback): Promise<AsyncDisposable> {
    const callbacks = this.#callbacks.get(channel) ?? new Set()
    this.#callbacks.set(channel, callbacks.add(callback))
    try {
      this.#link ??= this.#establish()
      await (await this.#link).listen(channel)
    } catch (error) {
      callbacks.delete(callback)
      throw explain(error, 'before-effect')
    }
    return {
      // The channel itself stays subscribed: there are few, and they go with the connection.
      [Symbol.asyncDispose]: async () => {
        callbacks.delete(callback)
        await Promise.resolve()
      },
    }
  }

  /** Calls back with null on all channels: something may have been missed. */
  announceLoss(): void {
    for (const channel of this.#callbacks.keys()) this.#call(channel, null)
  }

  /** Connects and subscribes to everything asked for so far; after a loss, tells everybody that there was one. */
  async #establish(): Promise<Link> {
    let link: Link | undefined
    try {
      const client = new Client(clientConfig(this.#config, this.#sockets))
      link = await Link.open(client, (channel, payload) => this.#call(channel, payload), this.#onError)
      await makeSettings(client, this.#config)
      for (const channel of this.#callbacks.keys()) await link.listen(channel)
    } catch (error) {
      this.#link = undefined
      await link?.close()
      throw error
    }
    if (this.#lost) this.announceLoss()
    void this.#replace(link)
    return link
  }

  /** Waits for the link to break and puts a new one in its place, however long that takes. */
  async #replace(link: Link): Promise<void> {
    await link.ended
    this.#link = undefined
    this.#lost = true
    for (let limit = FIRST_PAUSE_MS; ; limit = Math.min(limit * 2, LONGEST_PAUSE_MS)) {
      await sleep(limit * (0.5 + Math.random() / 2), undefined, { ref: false })
      // Closed, or somebody who wanted to listen was quicker.
      if (this.#closed || this.#link !== undefined) return
      try {
        await (this.#link = this.#establish())
        return
      } catch (error) {
        if (error instanceof Error) this.#onError(error)
      }
    }
  }

  #call(channel: string, payload: string | null): void {
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
    const link = await this.#link?.catch(() => undefined)
    await link?.close()
  }
}

/** One connection's life. */
class Link {
  /** Settles when the connection is gone. */
  readonly ended: Promise<void>
  readonly #client: Client
  #last: Promise<unknown> = Promise.resolve()

  static async open(
    client: Client,
    onNotification: (channel: string, payload: string) => void,
    onError: (error: Error) => void,
  ): Promise<Link> {
    client.on('notification', ({ channel, payload = '' }) => onNotification(channel, payload))
    client.on('error', onError)
    const link = new Link(client)
    try {
      await client.connect()
    } catch (error) {
      await link.close()
      throw error
    }
    return link
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

  /** One at a time, as the driver wants it. */
  async #query(text: string): Promise<void> {
    const turn = this.#last.then(async () => await this.#client.query(text))
    this.#last = turn.catch(() => undefined)
    await turn
  }
}
