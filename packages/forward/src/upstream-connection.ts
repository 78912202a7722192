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
import type { AuthRequest, HeaderList } from '@headgate/auth'
import { HeadgateError } from '@headgate/errors'
import { upstreamFailure, wasStale } from './upstream-failure.ts'
import type { Upstream } from './upstream.ts'

export interface ConnectionOptions {
  /** Milliseconds until there is a connection, TLS included. */
  readonly connectTimeoutMs: number
  /** Milliseconds until the head of an answer must be there, counted from the last byte of the request. */
  readonly answerTimeoutMs: number
  /** Milliseconds without a byte in either direction after which a body has stopped. */
  readonly idleTimeoutMs: number
  /** Connections at once. */
  readonly maxConnections: number
}

/** An answer whose body is not read yet. */
export interface UpstreamAnswer {
  readonly status: number
  readonly reason: string
  readonly headers: { get(name: string): string | null }
  readonly headerList: HeaderList
  readonly body: IncomingMessage
}

/** What a request carries onto the wire: bytes, or a stream that is read once. */
export type Carried = Buffer | Readable | null

/** How long a connection nobody uses is kept: less than servers and balancers keep theirs. */
const IDLE_MS = 4_000

/** Connections to one upstream, kept open between requests. What is handed to `send` goes out as it is, byte for byte. */
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
   * @throws HeadgateError `unavailable` when it certainly was not sent, `bad-gateway` and `gateway-timeout` when that is
   * not known; what aborted `signal`
   */
  async send(request: AuthRequest, carried: Carried, signal: AbortSignal): Promise<UpstreamAnswer> {
    const again = carried === null && ['GET', 'HEAD'].includes(request.method)
    try {
      return await this.#once(request, carried, signal)
    } catch (error) {
      // A connection that was kept may have been closed at the other end in this moment.
      if (!again || !wasStale(error)) throw error
      return await this.#once(request, carried, signal)
    }
  }

  async #once(request: AuthRequest, carried: Carried, signal: AbortSignal): Promise<UpstreamAnswer> {
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const outgoing = this.#open(request, carried)
    const { host } = this.#upstream
    const { connectTimeoutMs, answerTimeoutMs, idleTimeoutMs } = this.#options
    const unreached = new HeadgateError(
      'unavailable',
      `There was no connection to ${host} within ${connectTimeoutMs / 1000} s: nothing was sent.`,
    )
    const late = new HeadgateError(
      'gateway-timeout',
      `${host} did not answer within ${answerTimeoutMs / 1000} s. Whether it did what it was asked is not known; --timeout waits longer.`,
    )
    let connected = false
    let answered: IncomingMessage | undefined
    let timer = setTimeout(() => outgoing.destroy(unreached), connectTimeoutMs)
    const onConnected = (): void => {
      connected = true
      clearTimeout(timer)
    }
    outgoing.once('socket', (socket: Socket) => {
      // Until there is a connection, TLS included, no byte of a request has left.
      if (socket.connecting) socket.once(this.#secure ? 'secureConnect' : 'connect', onConnected)
      else onConnected()
    })
    const fail = (error: Error): void =>
      reject(upstreamFailure(error, { host, connected, reused: outgoing.reusedSocket }))
    outgoing.on('error', fail)
    // Without an error before it when the upstream takes up another protocol, for which nobody asked.
    outgoing.on('close', () => fail(new Error('it ended without an answer')))
    outgoing.on('response', resolve)
    outgoing.on('finish', () => {
      if (answered === undefined) timer = setTimeout(() => outgoing.destroy(late), answerTimeoutMs)
    })
    outgoing.setTimeout(idleTimeoutMs)
    outgoing.on('timeout', () => {
      if (answered !== undefined) answered.destroy(new Error('it stopped in the middle of its answer'))
      else if (connected && !outgoing.writableFinished) outgoing.destroy(late)
    })
    const onAbort = (): void => void outgoing.destroy(asError(signal.reason))
    signal.addEventListener('abort', onAbort, { once: true })
    if (carried === null || Buffer.isBuffer(carried)) outgoing.end(carried ?? undefined)
    // Not `pipeline`, which would hang up on a client that is still to be told why.
    else carried.on('error', () => {}).pipe(outgoing)
    try {
      const answer = (answered = await promise)
      answer.once('close', () => signal.removeEventListener('abort', onAbort))
      return {
        status: answer.statusCode ?? 502,
        reason: answer.statusMessage ?? '',
        headers: { get: (name) => joined(answer.headers[name.toLowerCase()]) },
        headerList: pairs(answer.rawHeaders),
        body: answer,
      }
    } catch (error) {
      signal.removeEventListener('abort', onAbort)
      signal.throwIfAborted()
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  #open({ method, url, headers }: AuthRequest, carried: Carried): ClientRequest {
    const { origin } = this.#upstream
    const { hostname, port } = new URL(origin)
    const length = carried instanceof Buffer ? carried.length : undefined
    const given = headers.some(([name]) => name.toLowerCase() === 'content-length')
    const framing: HeaderList =
      length !== undefined
        ? [['Content-Length', String(length)]]
        : carried !== null && !given
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
      throw new HeadgateError('bad-request', 'A header holds characters that cannot be sent on.', { cause })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy()
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted')
}

function joined(value: string | readonly string[] | undefined): string | null {
  if (value === undefined) return null
  return typeof value === 'string' ? value : value.join(', ')
}

/** Headers as they came: names in their case, repeated ones repeated. */
export function pairs(raw: readonly string[]): HeaderList {
  return raw.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name, raw[index + 1] ?? '']] : [],
  )
}
