import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import type { Serving } from './broken-request.ts'

/** Connections of a server, including those without a request, which Node's HTTP server does not track. */
export class Connections {
  readonly #open = new Set<Socket>()
  /**
   * Connections whose TLS handshake is not finished, by local and remote address. After the handshake, another
   * socket object represents the connection.
   */
  readonly #beginning = new Map<string, Socket>()
  readonly #serving = new Map<Socket, Serving>()

  constructor(server: Server) {
    if (!(server instanceof TlsServer)) {
      server.on('connection', (socket: Socket) => this.#add(socket))
      return
    }
    server.on('connection', (socket: Socket) => {
      const ends = formatEnds(socket)
      this.#beginning.set(ends, socket)
      socket.once('close', () => {
        if (this.#beginning.get(ends) === socket) this.#beginning.delete(ends)
      })
    })
    server.on('secureConnection', (socket: Socket) => {
      this.#beginning.delete(formatEnds(socket))
      this.#add(socket)
    })
  }

  /** Records the request that a connection serves now. */
  serve(request: IncomingMessage, response: ServerResponse): void {
    this.#serving.set(request.socket, { request, response })
  }

  /** Returns the last request of a connection. */
  findLast(socket: Socket): Serving | undefined {
    return this.#serving.get(socket)
  }

  /** Adds `Connection: close` to all responses whose headers are not sent yet. */
  announceEnd(): void {
    for (const { response } of this.#serving.values())
      if (!response.headersSent) response.setHeader('connection', 'close')
  }

  /** Closes connections that never sent a request. */
  cutSilent(): void {
    for (const socket of this.#beginning.values()) socket.destroy()
    for (const socket of this.#open) if (!this.#serving.has(socket)) socket.destroy()
  }

  /**
   * Handles a connection that was idle for the maximum time. Closes it if its client does not read the
   * response, or if the client has received its response and sends no further request. Other connections stay
   * open, because requests that are running or arriving have their own time limits.
   */
  cutStill(socket: Socket): void {
    const answered = this.#serving.get(socket)?.response.writableFinished === true
    if (answered || socket.writableLength > 0) socket.destroy()
  }

  #add(socket: Socket): void {
    this.#open.add(socket)
    socket.once('close', () => {
      this.#open.delete(socket)
      this.#serving.delete(socket)
    })
  }
}

function formatEnds({ localAddress, remoteAddress, remotePort }: Socket): string {
  return `${localAddress} ${remoteAddress} ${remotePort}`
}
