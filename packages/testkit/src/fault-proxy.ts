import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** What the proxy does to connections. All fields together; absent ones do nothing. */
export interface Faults {
  /** Reset every new connection as soon as it is made. */
  readonly refuse?: boolean
  /** Take bytes in, on new and open connections, and pass nothing on until this is taken away again. */
  readonly hang?: boolean
  /** Milliseconds that each piece of data waits, in both directions. */
  readonly latency?: number
  /** Bytes per second, for each connection and direction. */
  readonly bandwidth?: number
  /** Reset a connection once this many bytes have gone from the client to the target. */
  readonly resetAfterSent?: number
  /** Reset a connection once this many bytes have gone from the target to the client. */
  readonly resetAfterReceived?: number
}

export interface FaultProxyOptions {
  readonly port: number
  /** Host of the target (default 127.0.0.1). */
  readonly host?: string
  readonly faults?: Faults
}

/**
 * A TCP proxy on the loopback interface that misbehaves on demand. Faults take effect at once, for open connections
 * too; byte counts begin anew for every connection.
 *
 * @example
 * ```ts
 * await using proxy = await FaultProxy.start({ port: minio.port })
 * proxy.faults = { hang: true }
 * ```
 */
export class FaultProxy implements AsyncDisposable {
  readonly #server: Server
  #target: { readonly host: string; readonly port: number }
  readonly #open = new Set<Socket>()
  #faults: Faults
  #changed = Promise.withResolvers<void>()
  #connections = 0
  #held = 0

  private constructor(server: Server, options: FaultProxyOptions) {
    this.#server = server
    this.#target = { host: options.host ?? '127.0.0.1', port: options.port }
    this.#faults = options.faults ?? {}
    server.on('connection', (client) => this.#accept(client))
  }

  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    // A half-closed side must stay open: the other one may still be answering.
    const server = createServer({ allowHalfOpen: true, noDelay: true })
    const proxy = new FaultProxy(server, options)
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(0, '127.0.0.1', resolve)
    })
    return proxy
  }

  get port(): number {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('The proxy is closed')
    return address.port
  }

  /** How many connections were made so far, refused ones too. */
  get connections(): number {
    return this.#connections
  }

  /** In how many directions of connections something waits for the end of a hang. */
  get held(): number {
    return this.#held
  }

  get faults(): Faults {
    return this.#faults
  }

  set faults(faults: Faults) {
    this.#faults = faults
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }

  /** Leads new connections to another port of the target's host. Open ones stay. */
  redirect(port: number): void {
    this.#target = { ...this.#target, port }
  }

  /** Resets every open connection. */
  resetAll(): void {
    for (const socket of this.#open) socket.resetAndDestroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.faults = {}
    for (const socket of this.#open) socket.destroy()
    await closed
  }

  #accept(client: Socket): void {
    this.#connections++
    if (this.#faults.refuse === true) {
      client.on('error', () => undefined)
      client.resetAndDestroy()
      return
    }
    const target = connect({ ...this.#target, allowHalfOpen: true, noDelay: true })
    const reset = (): void => {
      client.resetAndDestroy()
      target.resetAndDestroy()
    }
    for (const socket of [client, target]) {
      this.#open.add(socket)
      socket.on('error', reset)
      socket.on('close', () => this.#open.delete(socket))
    }
    void this.#carry(client, target, reset, () => this.#faults.resetAfterSent)
    void this.#carry(target, client, reset, () => this.#faults.resetAfterReceived)
  }

  async #carry(from: Socket, to: Socket, reset: () => void, limit: () => number | undefined): Promise<void> {
    let carried = 0
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        await this.#pause(this.#faults.latency ?? 0)
        for (let rest = chunk; rest.byteLength > 0;) {
          const piece = rest.subarray(0, this.#pieceSize())
          rest = rest.subarray(piece.byteLength)
          await this.#pause((piece.byteLength / (this.#faults.bandwidth ?? Infinity)) * 1000)
          const left = (limit() ?? Infinity) - carried
          if (left <= piece.byteLength) {
            to.write(piece.subarray(0, Math.max(0, left)), reset)
            return
          }
          carried += piece.byteLength
          if (!to.write(piece)) await drained(to)
        }
      }
      await this.#untilMoving()
      to.end()
    } catch {
      // The connection broke; both sides are being reset.
      reset()
    }
  }

  /** Bytes to pass on at once: what the bandwidth lets through in a fiftieth of a second. */
  #pieceSize(): number {
    return Math.max(1, Math.floor((this.#faults.bandwidth ?? Infinity) / 50))
  }

  async #pause(wait: number): Promise<void> {
    await this.#untilMoving()
    if (wait > 0) await sleep(wait)
    await this.#untilMoving()
  }

  async #untilMoving(): Promise<void> {
    this.#held += 1
    while (this.#faults.hang === true) await this.#changed.promise
    this.#held -= 1
  }
}

async function drained(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      socket.off('drain', done)
      socket.off('close', done)
      resolve()
    }
    socket.on('drain', done)
    socket.on('close', done)
  })
}
