import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Faults that a {@link FaultProxy} injects. They can be combined. */
export interface Faults {
  /** Whether the proxy resets every new connection immediately. */
  readonly refuse?: boolean
  /**
   * Whether the proxy receives bytes but does not forward them, on new and open connections, until this fault is
   * removed.
   */
  readonly hang?: boolean
  /** Delay of each piece of data in ms, in both directions. */
  readonly latency?: number
  /** Limit in bytes per second for each connection and direction. */
  readonly bandwidth?: number
  /** Number of bytes from the client to the target after which the proxy resets a connection. */
  readonly resetAfterSent?: number
  /** Number of bytes from the target to the client after which the proxy resets a connection. */
  readonly resetAfterReceived?: number
}

/** Options of {@link FaultProxy.start}. */
export interface FaultProxyOptions {
  /** Port of the server to which the proxy forwards connections. */
  readonly port: number
  /** Host of the server to which the proxy forwards connections. Default: 127.0.0.1. */
  readonly host?: string
  /** Faults that the proxy injects from its start. Default: none. */
  readonly faults?: Faults
}

/**
 * TCP proxy on the loopback interface that injects faults. Faults take effect immediately, also for open connections.
 * Byte counts are per connection.
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

  /** Starts a fault proxy on a free port of the loopback interface. */
  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    // Half-open connections are allowed, because the target may still send its response after the client has closed
    // its sending side.
    const server = createServer({ allowHalfOpen: true, noDelay: true })
    const proxy = new FaultProxy(server, options)
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(0, '127.0.0.1', resolve)
    })
    return proxy
  }

  /** Returns the port on which the proxy listens. */
  get port(): number {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('The proxy is closed.')
    return address.port
  }

  /** Returns the number of connections since the start of the proxy, including refused connections. */
  get connections(): number {
    return this.#connections
  }

  /**
   * Returns how many streams wait because of the fault `hang`. Each connection has two streams, one in each direction.
   */
  get held(): number {
    return this.#held
  }

  /** Returns the current faults. Assign an object to replace all faults. */
  get faults(): Faults {
    return this.#faults
  }

  set faults(faults: Faults) {
    this.#faults = faults
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }

  /** Forwards new connections to another port of the target host. Open connections keep the previous port. */
  redirect(port: number): void {
    this.#target = { ...this.#target, port }
  }

  /** Resets every open connection, as a failing network does. */
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
    void this.#forward(client, target, reset, () => this.#faults.resetAfterSent)
    void this.#forward(target, client, reset, () => this.#faults.resetAfterReceived)
  }

  async #forward(
    from: Socket,
    to: Socket,
    reset: () => void,
    limit: () => number | undefined,
  ): Promise<void> {
    let forwarded = 0
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        await this.#pause(this.#faults.latency ?? 0)
        for (let rest = chunk; rest.byteLength > 0;) {
          const piece = rest.subarray(0, this.#pieceSize())
          rest = rest.subarray(piece.byteLength)
          await this.#pause((piece.byteLength / (this.#faults.bandwidth ?? Infinity)) * 1000)
          const left = (limit() ?? Infinity) - forwarded
          if (left <= piece.byteLength) {
            to.write(piece.subarray(0, Math.max(0, left)), reset)
            return
          }
          forwarded += piece.byteLength
          if (!to.write(piece)) await waitForDrain(to)
        }
      }
      await this.#waitForHangEnd()
      to.end()
    } catch {
      // The client or the target has closed the connection.
      reset()
    }
  }

  /** Returns the number of bytes that the fault `bandwidth` allows in 20 ms. */
  #pieceSize(): number {
    return Math.max(1, Math.floor((this.#faults.bandwidth ?? Infinity) / 50))
  }

  async #pause(wait: number): Promise<void> {
    await this.#waitForHangEnd()
    if (wait > 0) await sleep(wait)
    await this.#waitForHangEnd()
  }

  async #waitForHangEnd(): Promise<void> {
    this.#held += 1
    while (this.#faults.hang === true) await this.#changed.promise
    this.#held -= 1
  }
}

async function waitForDrain(socket: Socket): Promise<void> {
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
