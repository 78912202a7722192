import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import type { Serving } from './broken-request.ts'

/** The connections of a server, among them those that never asked anything, of which Node's HTTP does not know. */
export class Connections {
  readonly #open = new Set<Socket>()
  /** Without a finished TLS handshake, by its two ends: the connection goes on under another object. */
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

  /** Notes which request its connection serves now. */
  serve(request: IncomingMessage, response: ServerResponse): void {
    this.#serving.set(request.socket, { request, response })
  }

  /** The last request of a connection. */
  lastOf(socket: Socket): Serving | undefined {
    return this.#serving.get(socket)
  }

  /** Says in the answers that are still to come that their connections end. */
  announceEnd(): void {
    for (const { response } of this.#serving.values())
      if (!response.headersSent) response.setHeader('connection', 'close')
  }

  /** Cuts those that never asked anything. */
  cutSilent(): void {
    for (const socket of this.#beginning.values()) socket.destroy()
    for (const socket of this.#open) if (!this.#serving.has(socket)) socket.destroy()
  }

  /**
   * For a connection on which nothing has moved for as long as it may: cuts it when its client takes nothing of what was
   * written, or has had its answer and asks nothing more. One whose request is at work or on its way has limits of its own.
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
