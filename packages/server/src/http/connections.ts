import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import type { Serving } from './broken-request.ts'

/** Connections of a server, including those without a request, which Node's HTTP server does not track. */
export class Connections {
  readonly #open = new Set<Socket>()
  /** Connections without a finished TLS handshake, by their two ends: afterwards, another socket object represents them. */
  readonly #beginning = new Map<string, Socket>()
  readonly #serving = new Map<Socket, Serving>()

  constructor(server: Server) {
    if (!(server instanceof TlsServer)) {
      server.on('connection', (socket: Socket) => this.#add(socket))
      return
    }
    server.on('connection', (socket: Socket) => {
      const ends = endsOf(socket)
      this.#beginning.set(ends, socket)
      socket.once('close', () => {
        if (this.#beginning.get(ends) === socket) this.#beginning.delete(ends)
      })
    })
    server.on('secureConnection', (socket: Socket) => {
      this.#beginning.delete(endsOf(socket))
      this.#add(socket)
    })
  }

  /** Records the request that a connection serves now. */
  serve(request: IncomingMessage, response: ServerResponse): void {
    this.#serving.set(request.socket, { request, response })
  }

  /** Returns the last request of a connection. */
  lastOf(socket: Socket): Serving | undefined {
    return this.#serving.get(socket)
  }

  /** Announces the end of the connections in responses that are still to be sent. */
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
   * Handles a connection that was idle for the maximum time: closes it when its client does not read the response, or has
   * received its response and sends no further request. A request that is running or arriving has its own limits.
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

function endsOf({ localAddress, remoteAddress, remotePort }: Socket): string {
  return `${localAddress} ${remoteAddress} ${remotePort}`
}
