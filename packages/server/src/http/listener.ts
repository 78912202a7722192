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
  /**
   * Maximum time in ms until a whole request has arrived, and for which a client may not read its response. 0: the handler
   * limits it.
   */
  readonly requestTimeoutMs: number
  /** True when the handler sends `100 Continue` itself. */
  readonly asksFirst?: boolean
  /** True when a client that closes its side is disconnected, and its request aborted. Otherwise it receives its response. */
  readonly endsWithClient?: boolean
  /** Returns the response to a malformed request. Default: the error body of the catalog. */
  readonly refuse?: Refuse
}

/**
 * Interval in ms at which a listener that closes looks for idle connections. They are not closed at once: a request may be on
 * its way on a connection that looks idle, and its client could not know the outcome.
 */
const sweepMs = 100

/** Listening socket. Closing it lets running requests finish within a time limit. */
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
      // Node looks for requests over the time limit at this interval, by default every 30 s.
      connectionsCheckingInterval: Math.min(Math.max(timeLimit / 4, 100), 5_000),
      headersTimeout: Math.min(timeLimit, 20_000),
      keepAliveTimeout: 65_000,
      noDelay: true,
      // The refusal of Node has no body. That of `withHost` has one.
      requireHostHeader: false,
      // Does not create a stream for requests without a body, which are most of them.
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
    // Without this, Node closes a connection before its response when the client has closed its side.
    if (options.endsWithClient !== true) Object.assign(server, { httpAllowHalfOpen: true })
    const connections = new Connections(server)
    if (options.requestTimeoutMs > 0) {
      server.setTimeout(options.requestTimeoutMs, (socket: Socket) => connections.cutStill(socket))
    }
    server.on('clientError', (error: Error & { code?: string }, socket: Socket) =>
      answerBrokenRequest(error, socket, { last: connections.lastOf(socket), refuse }),
    )
    // The server may ignore expectations other than 100-continue (RFC 9110 section 10.1.1).
    server.on('checkExpectation', handle)
    if (options.asksFirst === true) server.on('checkContinue', handle)
    // Without this, Node closes the connection of CONNECT without a response.
    server.on('connect', (_: IncomingMessage, socket: Socket) =>
      answerSocket(
        socket,
        refuse(
          new HeadgateError('method-not-allowed', 'CONNECT is not supported: this server is not a proxy.'),
        ),
      ),
    )
    server.listen(options.port, options.host)
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : options.port
    return new Listener(server, connections, port)
  }

  /** Accepts no further connections, waits for running requests, then closes the remaining connections after `timeoutMs`. */
  async close(timeoutMs: number): Promise<void> {
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    // The method of Node's HTTP server would close idle connections now.
    NetServer.prototype.close.call(this.#server)
    // A client whose connection ends without notice cannot know the outcome of the request that it sends next.
    this.#connections.announceEnd()
    // A connection whose last request has finished since then would stay open for another one.
    const sweep = setInterval(() => {
      this.#server.closeIdleConnections()
      // A connection without a request is not idle for Node.
      this.#connections.cutSilent()
    }, sweepMs)
    const timer = setTimeout(() => {
      this.#server.closeAllConnections()
      this.#connections.cutSilent()
    }, timeoutMs)
    await closed
    clearInterval(sweep)
    clearTimeout(timer)
    // Ends Node's timer for slow requests.
    this.#server.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close(0)
  }
}
