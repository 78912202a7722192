import type { IncomingMessage, ServerResponse } from 'node:http'
import { type AuthProvider } from '@headgate/auth'
import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { type HeaderList, type HttpRequest, withHeaders } from '@headgate/http'
import type { LeftOutReason } from './advertised-members.ts'
import { advertisedUrls, type AdvertisedUrls } from './advertised-url.ts'
import { BufferBudget } from './buffer-budget.ts'
import { headersOnward } from './headers-onward.ts'
import { passResponse } from './pass-response.ts'
import { passedProperties, type PassedProperties } from './passed-properties.ts'
import { detectProtocol, type Protocol } from './protocol.ts'
import { readBody, type RequestBody } from './request-body.ts'
import { sendError } from './send-error.ts'
import { readUpstream, type Upstream } from './upstream.ts'
import {
  pairs,
  UpstreamConnections,
  type Carried,
  type ConnectionOptions,
  type UpstreamResponse,
} from './upstream-connection.ts'
import { onwardTarget } from './wire-target.ts'

export interface ForwarderOptions extends Partial<ConnectionOptions> {
  /** Base URL of the upstream, for example `https://catalog.example.com/iceberg`. */
  readonly upstream: string
  /** Further base URLs of the upstream. The proxy also replaces these URLs in responses. */
  readonly alsoKnownAs?: readonly string[]
  /** URL of the proxy for clients, without trailing slash. */
  readonly publicUrl: string
  readonly auth: AuthProvider
  /** Headers that the proxy adds to every request. They replace headers of the same name that the client sent. */
  readonly headers?: HeaderList
  /** Maximum size of a request body that the proxy buffers in order to sign it, in bytes. Default: 64 MiB. */
  readonly bufferLimit?: number
  /** Maximum total size of all buffered request bodies, in bytes. Default: 256 MiB. */
  readonly bufferBudget?: number
  /** Maximum size of one member with client configuration in a response, in bytes. Default: 4 MiB. */
  readonly rewriteLimit?: number
  /**
   * Names of further configuration properties that the proxy passes from the upstream to clients; `nessie.*` stands
   * for all names with this prefix. Default: none.
   */
  readonly passConfig?: readonly string[]
  /** Called with the name of each property that was removed from a response. */
  readonly leftOut?: (name: string, reason: LeftOutReason) => void
}

/** Result of forwarding one request. */
export interface Forwarded {
  readonly status: number
  /** Number of times that the proxy sent the request to the upstream. */
  readonly tries: number
  /** The error of the response, if the proxy itself created the response. */
  readonly error?: HeadgateError
}

/**
 * Forwards requests to one upstream, authenticated by an auth provider. Paths and bodies are forwarded unchanged.
 * Clients see only the address of the proxy.
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

  /**
   * Creates a forwarder for one upstream. Sends no request.
   *
   * @throws HeadgateError `illegal-argument` for an invalid URL, or for a name in `passConfig` that no catalog may
   *   set
   */
  constructor(options: ForwarderOptions) {
    this.#options = options
    this.#upstream = readUpstream(options.upstream)
    this.#urls = advertisedUrls([options.upstream, ...(options.alsoKnownAs ?? [])], options.publicUrl)
    this.#properties = passedProperties(options.passConfig)
    this.#budget = new BufferBudget(options.bufferBudget ?? 256 * 1024 * 1024)
    this.#connections = new UpstreamConnections(this.#upstream, {
      connectTimeoutMs: options.connectTimeoutMs ?? 15_000,
      responseTimeoutMs: options.responseTimeoutMs ?? 60_000,
      idleTimeoutMs: options.idleTimeoutMs ?? 60_000,
      maxConnections: options.maxConnections ?? 256,
    })
  }

  /** Returns the total size of the request bodies that are buffered now, in bytes. */
  get bufferedBytes(): number {
    return this.#budget.taken
  }

  /** Forwards a request and sends the response, or an error. Never throws. */
  async forward(request: IncomingMessage, response: ServerResponse): Promise<Forwarded> {
    const gone = new AbortController()
    response.once('close', () => gone.abort(new Error('the client disconnected')))
    const protocol = detectProtocol(request.url ?? '')
    const method = request.method ?? 'GET'
    let tries = 0
    try {
      // A response to TRACE contains the forwarded request (RFC 9110 section 9.3.8), and so would show the token or
      // signature of the proxy to the client.
      if (method === 'TRACE') throw new HeadgateError('method-not-allowed', 'TRACE is not forwarded.')
      const target = onwardTarget(request.url ?? '', this.#upstream.basePath)
      const { auth, bufferLimit = 64 * 1024 * 1024 } = this.#options
      const signed = auth.signsBody === true
      if (/^100-continue$/i.test(request.headers.expect ?? '')) response.writeContinue()
      const { body, release } = await readBody(request, { signed, limit: bufferLimit, budget: this.#budget })
      let upstream: UpstreamResponse
      try {
        upstream = await this.#send(
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
      await passResponse(upstream, response, {
        protocol,
        method,
        signal,
        host,
        urls: this.#urls,
        rewriteLimit,
        properties: this.#properties,
        leftOut,
      })
      return { status: upstream.status, tries }
    } catch (thrown) {
      const error = toHeadgateError(thrown)
      if (!gone.signal.aborted) sendError(response, error, protocol, method)
      return { status: error.kind.status, tries, error }
    } finally {
      // The upstream may respond before it has read the whole request body. The rest of the body is read and
      // discarded.
      if (!request.complete) request.unpipe().resume()
    }
  }

  #prepare(request: IncomingMessage, target: string, protocol: Protocol, body: RequestBody): HttpRequest {
    const { auth, headers = [] } = this.#options
    const onward = headersOnward(pairs(request.rawHeaders), auth.setsHeaders ?? ['authorization'])
    const fixed: [string, string][] = [['Host', this.#upstream.host]]
    // The proxy can rewrite a response only if it can decode the content encoding.
    if (protocol === 'iceberg') fixed.push(['Accept-Encoding', this.#upstream.encoding])
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
  ): Promise<UpstreamResponse> {
    const { auth } = this.#options
    const carried: Carried = body.kind === 'none' ? null : body.kind === 'bytes' ? body.bytes : request
    for (let again = true; ; again = false) {
      const authenticated = await auth.authenticate(prepared, { signal })
      sent()
      const upstream = await this.#connections.send(authenticated, carried, signal)
      if (!again) return upstream
      // The auth provider receives each response, even if the request body was a stream and cannot be sent again.
      const wants = await auth.onResponse?.(upstream, authenticated, { signal })
      if (wants !== 'retry' || body.kind === 'stream') return upstream
      upstream.body.destroy()
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
  return new HeadgateError(
    'internal',
    'The proxy could not forward the request because of an internal error. Its standard error contains the reason.',
    { cause: thrown },
  )
}
