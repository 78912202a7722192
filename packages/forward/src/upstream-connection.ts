import {
  Agent as HttpAgent,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { HeadgateError } from '@headgate/errors'
import type { HeaderList, HttpRequest } from '@headgate/http'
import { upstreamFailure, wasStale } from './upstream-failure.ts'
import type { Upstream } from './upstream.ts'

export interface ConnectionOptions {
  /** Time limit to establish a connection, including TLS, in ms. */
  readonly connectTimeoutMs: number
  /** Time limit for the head of a response, from the last byte of the request, in ms. */
  readonly responseTimeoutMs: number
  /** Longest time without a byte in either direction during a body, in ms. */
  readonly idleTimeoutMs: number
  /** Maximum number of concurrent connections to the upstream. */
  readonly maxConnections: number
}

/** A response whose body is not read yet. */
export interface UpstreamResponse {
  readonly status: number
  readonly reason: string
  readonly headers: { get(name: string): string | null }
  readonly headerList: HeaderList
  readonly body: IncomingMessage
}

/** The body of a request to the upstream: bytes, a stream that is read once, or null for no body. */
export type Carried = Buffer | Readable | null

/**
 * Time after which the proxy closes an idle connection, in ms. It is shorter than the idle timeout of servers and
 * load balancers, so that the proxy does not send a request on a connection that the upstream closes.
 */
const IDLE_MS = 4_000

/** Connections to one upstream, which stay open between requests. `send` sends a request unchanged, byte for byte. */
export class UpstreamConnections implements AsyncDisposable {
  readonly #upstream: Upstream
  readonly #options: ConnectionOptions
  readonly #agent: HttpAgent | HttpsAgent
  readonly #secure: boolean

  constructor(upstream: Upstream, options: ConnectionOptions) {
    this.#upstream = upstream
    this.#options = options
    this.#secure = upstream.origin.startsWith('https:')
    const agent = {
      keepAlive: true,
      maxSockets: options.maxConnections,
      timeout: IDLE_MS,
      scheduling: 'lifo',
    } as const
    this.#agent = this.#secure ? new HttpsAgent(agent) : new HttpAgent(agent)
  }

  /**
   * Sends a request and returns its response.
   *
   * @throws HeadgateError `unavailable` when the request was certainly not sent, `bad-gateway` and `gateway-timeout`
   *   when the upstream may have executed it; also throws the reason of `signal`
   */
  async send(request: HttpRequest, carried: Carried, signal: AbortSignal): Promise<UpstreamResponse> {
    const again = carried === null && ['GET', 'HEAD'].includes(request.method)
    try {
      return await this.#once(request, carried, signal)
    } catch (error) {
      // The upstream may have closed the idle connection at the moment when the proxy reused it. A second attempt on a
      // new connection can then succeed.
      if (!again || !wasStale(error)) throw error
      return await this.#once(request, carried, signal)
    }
  }

  async #once(request: HttpRequest, carried: Carried, signal: AbortSignal): Promise<UpstreamResponse> {
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const outgoing = this.#open(request, carried)
    const { host } = this.#upstream
    const { connectTimeoutMs, responseTimeoutMs, idleTimeoutMs } = this.#options
    const endLate = (): void => void outgoing.destroy(notAnswered(host, responseTimeoutMs))
    let connected = false
    let received: IncomingMessage | undefined
    let timer = setTimeout(() => outgoing.destroy(notConnected(host, connectTimeoutMs)), connectTimeoutMs)
    const onConnected = (): void => {
      connected = true
      clearTimeout(timer)
    }
    outgoing.once('socket', (socket: Socket) => {
      // Records when the connection is established, including TLS. If it fails before that, no byte of the request was
      // sent.
      if (socket.connecting) socket.once(this.#secure ? 'secureConnect' : 'connect', onConnected)
      else onConnected()
    })
    const fail = (error: Error): void =>
      reject(upstreamFailure(error, { host, connected, reused: outgoing.reusedSocket }))
    outgoing.on('error', fail)
    // Node emits `close` without an error when the upstream switches to a protocol that was not requested.
    outgoing.on('close', () => {
      if (received === undefined) fail(new Error('the connection closed without a response'))
    })
    outgoing.on('response', resolve)
    outgoing.on('finish', () => {
      if (received === undefined) timer = setTimeout(endLate, responseTimeoutMs)
    })
    outgoing.setTimeout(idleTimeoutMs)
    outgoing.on('timeout', () => {
      if (received !== undefined)
        received.destroy(new Error('the upstream sent no data for too long during its response'))
      else if (connected && !outgoing.writableFinished) endLate()
    })
    const onAbort = (): void => void outgoing.destroy(asError(signal.reason))
    signal.addEventListener('abort', onAbort, { once: true })
    if (carried === null || Buffer.isBuffer(carried)) outgoing.end(carried ?? undefined)
    // `pipe` is used because `pipeline` would disconnect the client, which must still receive the error response.
    else carried.on('error', () => {}).pipe(outgoing)
    try {
      const response = (received = await promise)
      response.once('close', () => signal.removeEventListener('abort', onAbort))
      return {
        status: response.statusCode ?? 502,
        reason: response.statusMessage ?? '',
        headers: { get: (name) => joined(response.headers[name.toLowerCase()]) },
        headerList: pairs(response.rawHeaders),
        body: response,
      }
    } catch (error) {
      signal.removeEventListener('abort', onAbort)
      signal.throwIfAborted()
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  #open({ method, url, headers }: HttpRequest, carried: Carried): ClientRequest {
    const { origin } = this.#upstream
    const { hostname, port } = new URL(origin)
    const length = carried instanceof Buffer ? carried.length : undefined
    const hasLength = headers.some(([name]) => name.toLowerCase() === 'content-length')
    const framing: HeaderList =
      length !== undefined
        ? [['Content-Length', String(length)]]
        : carried !== null && !hasLength
          ? [['Transfer-Encoding', 'chunked']]
          : carried === null && ['POST', 'PUT', 'PATCH'].includes(method)
            ? [['Content-Length', '0']]
            : []
    const options: RequestOptions = {
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? undefined : Number(port),
      method,
      path: url.slice(origin.length),
      headers: [...headers, ...framing].flat(),
      agent: this.#agent,
    }
    try {
      return this.#secure ? httpsRequest(options) : httpRequest(options)
    } catch (cause) {
      throw new HeadgateError('bad-request', 'A header contains characters that cannot be forwarded.', {
        cause,
      })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy()
  }
}

function notConnected(host: string, limitMs: number): HeadgateError {
  return new HeadgateError(
    'unavailable',
    `No connection to ${host} was established within ${limitMs / 1000} s: nothing was sent.`,
  )
}

function notAnswered(host: string, limitMs: number): HeadgateError {
  return new HeadgateError(
    'gateway-timeout',
    `${host} did not answer within ${limitMs / 1000} s. It is unknown whether the request was executed; --timeout waits longer.`,
  )
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted')
}

function joined(value: string | readonly string[] | undefined): string | null {
  if (value === undefined) return null
  return typeof value === 'string' ? value : value.join(', ')
}

/** Converts raw headers to pairs of name and value. Keeps repeated headers and the case of names. */
export function pairs(raw: readonly string[]): HeaderList {
  return raw.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name, raw[index + 1] ?? '']] : [],
  )
}
