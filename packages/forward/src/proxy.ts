import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { checkCaller, type CallerRules } from './check-caller.ts'
import { Forwarder, type Forwarded, type ForwarderOptions } from './forwarder.ts'
import { formatUrl, listHosts } from './own-names.ts'
import { respondOwn, OWN } from './own-paths.ts'
import { detectProtocol } from './protocol.ts'
import { ProxyMetrics } from './proxy-metrics.ts'
import { refuseSocket } from './refuse-socket.ts'
import { sendError } from './send-error.ts'
import { pairs } from './upstream-connection.ts'
import { parsePath } from './wire-target.ts'

export interface ProxyOptions extends Omit<ForwarderOptions, 'publicUrl'> {
  /** The host name or IP address to listen on. Default: `127.0.0.1`. */
  readonly host?: string
  /** The port to listen on. Default: 0, which selects a free port. */
  readonly port?: number
  /** URL of the proxy for clients, without trailing slash. Default: the listening address. */
  readonly publicUrl?: string
  /** The secret that clients must send, as a bearer token or in `x-api-key`. */
  readonly secret?: string
  /** Maximum number of concurrent requests. Further requests receive status 503. Default: 256. */
  readonly maxRequests?: number
  /** Called at the end of each request, for example to log it. `path` does not contain the query. */
  readonly onRequest?: (request: ServedRequest) => void
}

/** Interval at which a closing proxy looks for idle connections, in ms. */
const sweepMs = 50

/** Log record of one request. */
export interface ServedRequest {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly milliseconds: number
  /** Message of the error, if the proxy itself created the response. */
  readonly message?: string
  readonly cause?: unknown
}

/** A running proxy, with its URL and a method that closes it. */
export interface Proxy extends AsyncDisposable {
  /** URL that clients set as the `uri` of the catalog. */
  readonly url: string
  /**
   * Stops accepting requests, waits up to `graceMs` for running requests, then closes their connections. Default:
   * 10,000 ms.
   */
  close(graceMs?: number): Promise<void>
}

/**
 * Starts a proxy for one catalog: a {@link Forwarder} with a listener that checks callers.
 *
 * @throws HeadgateError `illegal-argument` for an invalid URL; also throws the errors of `listen`, for example
 *   `EADDRINUSE`
 *
 * @example
 * ```ts
 * await using proxy = await startProxy({ upstream: 'https://glue.eu-central-1.amazonaws.com/iceberg', auth })
 * console.log(proxy.url)
 * ```
 */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const { host = '127.0.0.1', port = 0, maxRequests = 256, responseTimeoutMs = 60_000 } = options
  let running = 0
  const server = createServer({
    maxHeaderSize: 64 * 1024,
    headersTimeout: 20_000,
    // The total time to receive a body is not limited. The idle timeout limits only the pauses within a body.
    requestTimeout: 0,
    keepAliveTimeout: 65_000,
    // `checkCaller` checks the Host header instead, because the response of Node would have no body.
    requireHostHeader: false,
    noDelay: true,
  })
  server.timeout = responseTimeoutMs + 60_000
  server.maxConnections = 4 * maxRequests
  server.listen(port, host)
  await once(server, 'listening')
  const url = options.publicUrl?.replace(/\/+$/, '') ?? formatUrl(server, host)
  const { secret } = options
  let forwarder: Forwarder
  let rules: CallerRules
  try {
    rules = { hosts: listHosts(server, host, url), secret }
    forwarder = new Forwarder({
      ...options,
      publicUrl: url,
      leftOut: (name, reason) => {
        metrics.leftOut()
        options.leftOut?.(name, reason)
      },
    })
  } catch (error) {
    server.close()
    throw error
  }
  const metrics = new ProxyMetrics({ running: () => running, bufferedBytes: () => forwarder.bufferedBytes })

  const serve = async (
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<Forwarded | undefined> => {
    const target = request.url ?? ''
    const own = target.startsWith(OWN)
    try {
      const open = own && parsePath(target) === `${OWN}health`
      checkCaller(pairs(request.rawHeaders), open ? { ...rules, secret: undefined } : rules)
      if (own) {
        await respondOwn(parsePath(target), response, metrics)
        return undefined
      }
      if (running > maxRequests) {
        throw new HeadgateError('unavailable', 'Too many requests are in progress: try again later.')
      }
    } catch (error) {
      const failure = isHeadgateError(error)
        ? error
        : new HeadgateError('internal', 'The proxy failed because of an internal error.', { cause: error })
      sendError(response, failure, detectProtocol(target), request.method ?? 'GET')
      return { status: failure.kind.status, tries: 0, error: failure }
    }
    return await forwarder.forward(request, response)
  }

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const started = performance.now()
    const { method = 'GET', url: target = '' } = request
    running++
    const serving = serve(request, response)
    void (async () => {
      const ended = await serving
      running--
      if (ended === undefined) return
      const milliseconds = performance.now() - started
      metrics.observe(detectProtocol(target), ended.status, milliseconds, ended.tries)
      options.onRequest?.({
        method,
        path: parsePath(target),
        status: ended.status,
        milliseconds,
        ...(ended.error === undefined ? {} : { message: ended.error.message, cause: ended.error.cause }),
      })
    })()
  }
  server.on('request', handle)
  // Sends 100 (Continue) to a client that expects it, but only after the head of the request was checked.
  server.on('checkContinue', handle)
  server.on('checkExpectation', handle)
  server.on('connect', (_: IncomingMessage, socket: Socket) =>
    refuseSocket(
      socket,
      new HeadgateError(
        'method-not-allowed',
        'CONNECT is not supported: set the URL of this proxy as the uri of the catalog, not as an HTTP proxy.',
      ),
    ),
  )
  server.on('clientError', (_: Error, socket: Socket) =>
    refuseSocket(socket, new HeadgateError('bad-request', 'The proxy accepts only valid HTTP/1.1 requests.')),
  )

  const close = async (graceMs = 10_000): Promise<void> => {
    if (server.listening) {
      const closed = once(server, 'close')
      server.close()
      server.closeIdleConnections()
      // A connection that is in use now may become idle later, and keep-alive would then keep it open. So the closing
      // proxy repeatedly closes idle connections.
      const sweep = setInterval(() => server.closeIdleConnections(), sweepMs)
      const timer = setTimeout(() => server.closeAllConnections(), graceMs)
      await closed
      clearInterval(sweep)
      clearTimeout(timer)
    }
    await forwarder[Symbol.asyncDispose]()
  }
  return { url, close, [Symbol.asyncDispose]: async () => await close(0) }
}
