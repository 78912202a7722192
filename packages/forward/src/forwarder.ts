import type { IncomingMessage, ServerResponse } from 'node:http'
import { type AuthProvider } from '@headgate/auth'
import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { type HeaderList, type HttpRequest, withHeaders } from '@headgate/http'
import type { LeftOutReason } from './advertised-members.ts'
import { advertisedUrls, type AdvertisedUrls } from './advertised-url.ts'
import { BufferBudget } from './buffer-budget.ts'
import { headersOnward } from './headers-onward.ts'
import { passAnswer } from './pass-answer.ts'
import { passedProperties, type PassedProperties } from './passed-properties.ts'
import { protocolOf, type Protocol } from './protocol.ts'
import { readBody, type RequestBody } from './request-body.ts'
import { sendError } from './send-error.ts'
import { readUpstream, type Upstream } from './upstream.ts'
import {
  pairs,
  UpstreamConnections,
  type Carried,
  type ConnectionOptions,
  type UpstreamAnswer,
} from './upstream-connection.ts'
import { onwardTarget } from './wire-target.ts'

export interface ForwarderOptions extends Partial<ConnectionOptions> {
  /** `https://catalog.example.com/iceberg` */
  readonly upstream: string
  /** Other addresses of the upstream. The proxy replaces them in responses, too. */
  readonly alsoKnownAs?: readonly string[]
  /** The address of the proxy for clients, without trailing slash. */
  readonly publicUrl: string
  readonly auth: AuthProvider
  /** Headers of all requests. They replace headers of clients. */
  readonly headers?: HeaderList
  /** Largest body that is buffered to be signed, in bytes. Default: 64 MiB. */
  readonly bufferLimit?: number
  /** Largest size of all buffered bodies together, in bytes. Default: 256 MiB. */
  readonly bufferBudget?: number
  /** Largest configuration in one response, in bytes. Default: 4 MiB. */
  readonly rewriteLimit?: number
  /** Further properties that the upstream may set at clients; `nessie.*` adds a prefix. Default: none. */
  readonly passConfig?: readonly string[]
  /** Receives the name of each property that was removed from a response. */
  readonly leftOut?: (name: string, reason: LeftOutReason) => void
}

/** Result of a request. */
export interface Forwarded {
  readonly status: number
  /** Number of attempts. */
  readonly tries: number
  /** The error that the proxy itself responded with. */
  readonly error?: HeadgateError
}

/**
 * Forwards requests to one upstream, authenticated by a provider. Paths and bodies are forwarded unchanged. Clients see
 * only the address of the proxy.
 *
 * @example
 * ```ts
 * const forwarder = new Forwarder({ upstream, publicUrl: 'http://127.0.0.1:8282', auth })
 * createServer((request, response) => void forwarder.forward(request, response)).listen(8282, '127.0.0.1')
 * ```
 */
export class Forwarder implements AsyncDisposable {
  readonly #options: ForwarderOptions
  readonly #upstream: Upstream
  readonly #connections: UpstreamConnections
  readonly #urls: AdvertisedUrls
  readonly #properties: PassedProperties
  readonly #budget: BufferBudget

  /** @throws HeadgateError `illegal-argument` for an invalid address, or a property that must not be passed */
  constructor(options: ForwarderOptions) {
    this.#options = options
    this.#upstream = readUpstream(options.upstream)
    this.#urls = advertisedUrls([options.upstream, ...(options.alsoKnownAs ?? [])], options.publicUrl)
    this.#properties = passedProperties(options.passConfig)
    this.#budget = new BufferBudget(options.bufferBudget ?? 256 * 1024 * 1024)
    this.#connections = new UpstreamConnections(this.#upstream, {
      connectTimeoutMs: options.connectTimeoutMs ?? 15_000,
      answerTimeoutMs: options.answerTimeoutMs ?? 60_000,
      idleTimeoutMs: options.idleTimeoutMs ?? 60_000,
      maxConnections: options.maxConnections ?? 256,
    })
  }

  /** Returns the size of the buffered bodies, in bytes. */
  get bufferedBytes(): number {
    return this.#budget.taken
  }

  /** Forwards a request and sends the response, or an error. Never throws. */
  async forward(request: IncomingMessage, response: ServerResponse): Promise<Forwarded> {
    const gone = new AbortController()
    response.once('close', () => gone.abort(new Error('the client disconnected')))
    const protocol = protocolOf(request.url ?? '')
    const method = request.method ?? 'GET'
    let tries = 0
    try {
      // A response to TRACE contains the request (RFC 9110 section 9.3.8), with its token or signature.
      if (method === 'TRACE') throw new HeadgateError('method-not-allowed', 'TRACE is not forwarded.')
      const target = onwardTarget(request.url ?? '', this.#upstream.basePath)
      const { auth, bufferLimit = 64 * 1024 * 1024 } = this.#options
      const signed = auth.signsBody === true
      if (/^100-continue$/i.test(request.headers.expect ?? '')) response.writeContinue()
      const { body, release } = await readBody(request, { signed, limit: bufferLimit, budget: this.#budget })
      let answer: UpstreamAnswer
      try {
        answer = await this.#send(
          request,
          this.#prepare(request, target, protocol, body),
          body,
          gone.signal,
          () => tries++,
        )
      } finally {
        release()
      }
      const { rewriteLimit = 4 * 1024 * 1024, leftOut = () => {} } = this.#options
      const { host } = this.#upstream
      const signal = gone.signal
      await passAnswer(answer, response, {
        protocol,
        method,
        signal,
        host,
        urls: this.#urls,
        rewriteLimit,
        properties: this.#properties,
        leftOut,
      })
      return { status: answer.status, tries }
    } catch (thrown) {
      const error = toHeadgateError(thrown)
      if (!gone.signal.aborted) sendError(response, error, protocol, method)
      return { status: error.kind.status, tries, error }
    } finally {
      // The upstream may respond before it has read the whole body.
      if (!request.complete) request.unpipe().resume()
    }
  }

  #prepare(request: IncomingMessage, target: string, protocol: Protocol, body: RequestBody): HttpRequest {
    const { auth, headers = [] } = this.#options
    const onward = headersOnward(pairs(request.rawHeaders), auth.setsHeaders ?? ['authorization'])
    const fixed: [string, string][] = [['Host', this.#upstream.host]]
    // A response that is rewritten must have an encoding that the proxy can decode.
    if (protocol === 'iceberg') fixed.push(['Accept-Encoding', 'gzip'])
    const streamed = body.kind === 'stream' && body.length !== undefined
    if (streamed) fixed.push(['Content-Length', String(body.length)])
    return {
      method: request.method ?? 'GET',
      url: `${this.#upstream.origin}${target}`,
      headers: withHeaders(withHeaders(onward, headers), fixed),
      body: bodyFor(body),
    }
  }

  async #send(
    request: IncomingMessage,
    prepared: HttpRequest,
    body: RequestBody,
    signal: AbortSignal,
    sent: () => void,
  ): Promise<UpstreamAnswer> {
    const { auth } = this.#options
    const carried: Carried = body.kind === 'none' ? null : body.kind === 'bytes' ? body.bytes : request
    for (let again = true; ; again = false) {
      const authenticated = await auth.authenticate(prepared, { signal })
      sent()
      const answer = await this.#connections.send(authenticated, carried, signal)
      if (!again) return answer
      // The provider sees each response, also if the request cannot be sent again.
      const wants = await auth.onResponse?.(answer, authenticated, { signal })
      if (wants !== 'retry' || body.kind === 'stream') return answer
      answer.body.destroy()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connections[Symbol.asyncDispose]()
  }
}

function bodyFor(body: RequestBody): HttpRequest['body'] {
  if (body.kind === 'none') return null
  if (body.kind === 'bytes') return body.bytes
  return body.length === undefined ? {} : { length: body.length }
}

function toHeadgateError(thrown: unknown): HeadgateError {
  if (isHeadgateError(thrown)) return thrown
  return new HeadgateError('internal', 'The request could not be forwarded.', { cause: thrown })
}
