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
  /** The address to listen at. Default `127.0.0.1`. */
  readonly host?: string
  /** Default 0: a free one. */
  readonly port?: number
  /** Where clients reach the proxy, without trailing slash. Default: where it listens. */
  readonly publicUrl?: string
  /** What clients must send, as a bearer token or in `x-api-key`. */
  readonly secret?: string
  /** Requests under way at once; more are answered 503. Default 256. */
  readonly maxRequests?: number
  /** Hears how each request ended; `path` has no query. Default: nobody. */
  readonly onRequest?: (told: Told) => void
}

/** How often a proxy that closes looks for connections that have become idle. */
const sweepMs = 50

/** One request, as it may be logged. */
export interface Told {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly milliseconds: number
  /** Why we answered ourselves, if we did. */
  readonly message?: string
  readonly cause?: unknown
}

/** A running proxy. */
export interface Proxy extends AsyncDisposable {
  /** What clients take as the catalog's uri. */
  readonly url: string
  /** Takes no new requests, lets those under way finish for as long as this, then cuts them. Default 10,000 ms. */
  close(graceMs?: number): Promise<void>
}

/**
 * Starts a proxy before one catalog: {@link Forwarder} behind a listener that looks who comes.
 *
 * @throws HeadgateError `illegal-argument` when an address is none; what `listen` throws, `EADDRINUSE` among it
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
    // Bodies may take as long as they like, but not stop.
    requestTimeout: 0,
    keepAliveTimeout: 65_000,
    // Looked at with the rest of the head, and answered with a body.
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
        throw new HeadgateError('unavailable', 'Too many requests are under way: try again in a moment.')
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
  // Whoever waits for a word before the body gets it when the head was looked at.
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
      // A connection whose last request was finished since would be kept alive for another one.
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
