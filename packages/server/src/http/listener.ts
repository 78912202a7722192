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
import { respondToBrokenRequest, writeResponse, type Refuse, refuseForCatalog } from './broken-request.ts'
import { Connections } from './connections.ts'
import { withHost } from './with-host.ts'

export interface ListenerOptions {
  readonly host: string
  readonly port: number
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null
  readonly maxHeaderBytes: number
  /**
   * Maximum time in ms for a request to arrive completely, and for a client to stop reading its response. 0:
   * the handler enforces its own limits.
   */
  readonly requestTimeoutMs: number
  /** True when the handler sends `100 Continue` itself. */
  readonly asksFirst?: boolean
  /**
   * True: when a client half-closes its connection, its request is aborted and the connection is closed. False:
   * the client still receives its response.
   */
  readonly endsWithClient?: boolean
  /** Returns the response to a malformed request. Default: the error body of the catalog. */
  readonly refuse?: Refuse
}

/**
 * Interval in ms at which a closing listener closes idle connections. It does not close them at once: a request
 * may be in transit on a connection that looks idle, and its client could not know whether the server executed
 * it.
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
      // Node checks at this interval for requests that exceeded their time limit. The default is 30 s.
      connectionsCheckingInterval: Math.min(Math.max(timeLimit / 4, 100), 5_000),
      headersTimeout: Math.min(timeLimit, 20_000),
      keepAliveTimeout: 65_000,
      noDelay: true,
      // `withHost` checks the Host header instead, because Node's own refusal has no body.
      requireHostHeader: false,
      // Most requests have no body. With this option, Node creates no stream for them.
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
    // Without this option, Node closes a connection before it sends the response when the client has
    // half-closed it.
    if (options.endsWithClient !== true) Object.assign(server, { httpAllowHalfOpen: true })
    const connections = new Connections(server)
    if (options.requestTimeoutMs > 0) {
      server.setTimeout(options.requestTimeoutMs, (socket: Socket) => connections.cutStill(socket))
    }
    server.on('clientError', (error: Error & { code?: string }, socket: Socket) =>
      respondToBrokenRequest(error, socket, { last: connections.findLast(socket), refuse }),
    )
    // Handles requests with an unknown Expect header like others, as RFC 9110 section 10.1.1 permits.
    server.on('checkExpectation', handle)
    if (options.asksFirst === true) server.on('checkContinue', handle)
    // Without this handler, Node closes the connection of a CONNECT request without a response.
    server.on('connect', (_: IncomingMessage, socket: Socket) =>
      writeResponse(
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
    // `close` of Node's HTTP server would also close idle connections at once, on which a request may be in
    // transit.
    NetServer.prototype.close.call(this.#server)
    // Without this header, a client could send a further request while its connection is being closed, and
    // could not know the outcome.
    this.#connections.announceEnd()
    // Closes connections whose last request finished meanwhile. They would otherwise stay open for a further
    // request.
    const sweep = setInterval(() => {
      this.#server.closeIdleConnections()
      // Node does not treat a connection that never sent a request as idle.
      this.#connections.cutSilent()
    }, sweepMs)
    const timer = setTimeout(() => {
      this.#server.closeAllConnections()
      this.#connections.cutSilent()
    }, timeoutMs)
    await closed
    clearInterval(sweep)
    clearTimeout(timer)
    // Stops the timer with which Node checks for slow requests.
    this.#server.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close(0)
  }
}
