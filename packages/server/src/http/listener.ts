import { readFileSync } from 'node:fs'
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
} from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { Server as NetServer, type Socket } from 'node:net'
import { once } from 'node:events'
import { HeadgateError } from '@headgate/errors'
import { answerBrokenRequest, answerSocket, type Refuse, refuseForCatalog } from './broken-request.ts'
import { Connections } from './connections.ts'
import { withHost } from './with-host.ts'

export interface ListenerOptions {
  readonly host: string
  readonly port: number
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null
  readonly maxHeaderBytes: number
  /** Until a whole request has arrived, and how long a client may take nothing of its answer; 0: that is limited elsewhere. */
  readonly requestTimeoutMs: number
  /** The request listener says itself when a client that asks first may send its body. */
  readonly asksFirst?: boolean
  /** A client that closes its side is gone, and what it asked for ends. Otherwise it still gets its answer. */
  readonly endsWithClient?: boolean
  /** How what is no whole request is answered; the catalog's way unless told. */
  readonly refuse?: Refuse
}

/**
 * How often a listener that closes looks for idle connections. Not at once: on a connection that looks idle a request
 * may be on its way, and cutting it there its client could not tell what became of it.
 */
const sweepMs = 100

/** The listening socket. Closing it lets running requests finish, within the given time. */
export class Listener implements AsyncDisposable {
  readonly port: number
  readonly #server: Server
  readonly #connections: Connections

  private constructor(server: Server, connections: Connections, port: number) {
    this.#server = server
    this.#connections = connections
    this.port = port
  }

  static async open(options: ListenerOptions, listener: RequestListener): Promise<Listener> {
    const timeLimit = options.requestTimeoutMs === 0 ? Infinity : options.requestTimeoutMs
    const serverOptions: ServerOptions = {
      maxHeaderSize: options.maxHeaderBytes,
      requestTimeout: options.requestTimeoutMs,
      // Node looks for requests over time only so often, by default every 30 s.
      connectionsCheckingInterval: Math.min(Math.max(timeLimit / 4, 100), 5_000),
      headersTimeout: Math.min(timeLimit, 20_000),
      keepAliveTimeout: 65_000,
      noDelay: true,
      // Node's own refusal has no body; `withHost` has.
      requireHostHeader: false,
      // Spares what has no body, which is most of it, the machinery of a stream.
      optimizeEmptyRequests: true,
    }
    const { refuse = refuseForCatalog } = options
    const checked = withHost(listener, refuse)
    const handle: RequestListener = (request, response) => {
      connections.serve(request, response)
      if (!server.listening) response.setHeader('connection', 'close')
      checked(request, response)
    }
    const server = options.tls
      ? createHttpsServer(
          {
            ...serverOptions,
            cert: readFileSync(options.tls.certFile),
            key: readFileSync(options.tls.keyFile),
          },
          handle,
        )
      : createHttpServer(serverOptions, handle)
    // Without this Node ends a connection, answered or not, when its client has said that nothing more comes.
    if (options.endsWithClient !== true) Object.assign(server, { httpAllowHalfOpen: true })
    const connections = new Connections(server)
    if (options.requestTimeoutMs > 0) {
      server.setTimeout(options.requestTimeoutMs, (socket: Socket) => connections.cutStill(socket))
    }
    server.on('clientError', (error: Error & { code?: string }, socket: Socket) =>
      answerBrokenRequest(error, socket, { last: connections.lastOf(socket), refuse }),
    )
    // What a client expects beyond 100-continue may be passed over (RFC 9110 section 10.1.1).
    server.on('checkExpectation', handle)
    if (options.asksFirst === true) server.on('checkContinue', handle)
    // Without this Node hangs up on CONNECT without a word.
    server.on('connect', (_: IncomingMessage, socket: Socket) =>
      answerSocket(
        socket,
        refuse(new HeadgateError('method-not-allowed', 'CONNECT: this server is no proxy.')),
      ),
    )
    server.listen(options.port, options.host)
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : options.port
    return new Listener(server, connections, port)
  }

  /** Takes no new connections, waits for running requests, then cuts what is left after `timeoutMs`. */
  async close(timeoutMs: number): Promise<void> {
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    // Node's own way for HTTP would cut idle connections now.
    NetServer.prototype.close.call(this.#server)
    // Whose connection ended without a word could not tell what became of the request that it sends next.
    this.#connections.announceEnd()
    // A connection whose last request was finished since would be kept alive for another one.
    const sweep = setInterval(() => {
      this.#server.closeIdleConnections()
      // One that never asked anything is not idle to Node.
      this.#connections.cutSilent()
    }, sweepMs)
    const timer = setTimeout(() => {
      this.#server.closeAllConnections()
      this.#connections.cutSilent()
    }, timeoutMs)
    await closed
    clearInterval(sweep)
    clearTimeout(timer)
    // Node looks for slow requests until it is told in its way.
    this.#server.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close(0)
  }
}
