import { connect, createServer, type Server, type Socket } from 'node:net'

/** TCP proxy that connects clients to the current primary, like HAProxy in front of Patroni. */
export class Front implements AsyncDisposable {
  readonly #server: Server
  readonly #open = new Set<Socket>()
  #target: number | null = null

  private constructor(server: Server) {
    this.#server = server
    server.on('connection', (client) => this.#accept(client))
  }

  static async start(): Promise<Front> {
    const server = createServer({ noDelay: true })
    const front = new Front(server)
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(0, '127.0.0.1', resolve)
    })
    return front
  }

  get port(): number {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('The front is closed.')
    return address.port
  }

  /** Closes all connections, and connects new clients to the given port. With null, refuses new clients. */
  lead(target: number | null): void {
    this.#target = target
    for (const socket of this.#open) socket.destroy()
  }

  #accept(client: Socket): void {
    if (this.#target === null) {
      client.destroy()
      return
    }
    const target = connect({ port: this.#target, host: '127.0.0.1', noDelay: true })
    for (const [socket, other] of [
      [client, target],
      [target, client],
    ] as const) {
      this.#open.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        this.#open.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.lead(null)
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
