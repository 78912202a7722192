import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { checkCaller, type CallerRules } from './check-caller.ts'
import { Forwarder, type Forwarded, type ForwarderOptions } from './forwarder.ts'
import { addressOf, hostsOf } from './own-names.ts'
import { answerOwn, OWN } from './own-paths.ts'
import { protocolOf } from './protocol.ts'
import { ProxyMetrics } from './proxy-metrics.ts'
import { refuseSocket } from './refuse-socket.ts'
import { sendError } from './send-error.ts'
import { pairs } from './upstream-connection.ts'
import { pathOf } from './wire-target.ts'

export interface ProxyOptions extends Omit<ForwarderOptions, 'publicUrl'> {
  /** The address to listen on. Default: `127.0.0.1`. */
  readonly host?: string
  /** Default: 0, a free port. */
  readonly port?: number
  /** The address of the proxy for clients, without trailing slash. Default: the listening address. */
  readonly publicUrl?: string
  /** The secret that clients must send, as a bearer token or in `x-api-key`. */
  readonly secret?: string
  /** Largest number of concurrent requests; further ones get 503. Default: 256. */
  readonly maxRequests?: number
  /** Called at the end of each request; `path` has no query. Default: no call. */
  readonly onRequest?: (told: Told) => void
}

/** Interval at which a closing proxy looks for idle connections, in ms. */
const sweepMs = 50

/** Log record of one request. */
export interface Told {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly milliseconds: number
  /** The reason for a response of the proxy itself. */
  readonly message?: string
  readonly cause?: unknown
}

/** A running proxy. */
export interface Proxy extends AsyncDisposable {
  /** The uri of the catalog for clients. */
  readonly url: string
  /** Accepts no further requests, waits this long for current ones, then disconnects them. Default: 10,000 ms. */
  close(graceMs?: number): Promise<void>
}

/**
 * Starts a proxy for one catalog: a {@link Forwarder} with a listener that checks callers.
 *
 * @throws HeadgateError `illegal-argument` for an invalid address; what `listen` throws, for example `EADDRINUSE`
 *
 * @example
 * ```ts
 * await using proxy = await startProxy({ upstream: 'https://glue.eu-central-1.amazonaws.com/iceberg', auth })
 * console.log(proxy.url)
 * ```
 */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const { host = '127.0.0.1', port = 0, maxRequests = 256, answerTimeoutMs = 60_000 } = options
  let running = 0
  const server = createServer({
    maxHeaderSize: 64 * 1024,
    headersTimeout: 20_000,
    // The total time of a body is not limited, only its pauses.
    requestTimeout: 0,
    keepAliveTimeout: 65_000,
    // Checked with the rest of the head, so that the response has a body.
    requireHostHeader: false,
    noDelay: true,
  })
  server.timeout = answerTimeoutMs + 60_000
  server.maxConnections = 4 * maxRequests
  server.listen(port, host)
  await once(server, 'listening')
  const url = options.publicUrl?.replace(/\/+$/, '') ?? addressOf(server, host)
  const { secret } = options
  let forwarder: Forwarder
  let rules: CallerRules
  try {
    rules = { hosts: hostsOf(server, host, url), secret }
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
      const open = own && pathOf(target) === `${OWN}health`
      checkCaller(pairs(request.rawHeaders), open ? { ...rules, secret: undefined } : rules)
      if (own) {
        await answerOwn(pathOf(target), response, metrics)
        return undefined
      }
      if (running > maxRequests) {
        throw new HeadgateError('unavailable', 'Too many requests are in progress: try again later.')
      }
    } catch (error) {
      const told = isHeadgateError(error)
        ? error
        : new HeadgateError('internal', 'The proxy failed.', { cause: error })
      sendError(response, told, protocolOf(target), request.method ?? 'GET')
      return { status: told.kind.status, tries: 0, error: told }
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
      metrics.observe(protocolOf(target), ended.status, milliseconds, ended.tries)
      options.onRequest?.({
        method,
        path: pathOf(target),
        status: ended.status,
        milliseconds,
        ...(ended.error === undefined ? {} : { message: ended.error.message, cause: ended.error.cause }),
      })
    })()
  }
  server.on('request', handle)
  // A client that expects 100 (Continue) gets it after the head was checked.
  server.on('checkContinue', handle)
  server.on('checkExpectation', handle)
  server.on('connect', (_: IncomingMessage, socket: Socket) =>
    refuseSocket(
      socket,
      new HeadgateError(
        'method-not-allowed',
        'CONNECT: set this as the catalog’s uri, not as an HTTP proxy.',
      ),
    ),
  )
  server.on('clientError', (_: Error, socket: Socket) =>
    refuseSocket(socket, new HeadgateError('bad-request', 'This is not an HTTP/1.1 request.')),
  )

  const close = async (graceMs = 10_000): Promise<void> => {
    if (server.listening) {
      const closed = once(server, 'close')
      server.close()
      server.closeIdleConnections()
      // Keep-alive would keep a connection whose last request has ended since then.
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
