import type { IncomingMessage, ServerResponse } from 'node:http'
import { withHeaders, type AuthProvider, type AuthRequest, type HeaderList } from '@headgate/auth'
import { HeadgateError, isHeadgateError } from '@headgate/errors'
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
  /** Other addresses under which the upstream knows itself: what points there points at us afterwards, too. */
  readonly alsoKnownAs?: readonly string[]
  /** Where clients reach what is forwarded, without trailing slash. */
  readonly publicUrl: string
  readonly auth: AuthProvider
  /** Headers of all requests, in the place of those of clients. */
  readonly headers?: HeaderList
  /** Bytes of one body that is held to be signed. Default 64 MiB. */
  readonly bufferLimit?: number
  /** Bytes of all bodies that are held at once. Default 256 MiB. */
  readonly bufferBudget?: number
  /** Bytes of the configuration in one answer. Default 4 MiB. */
  readonly rewriteLimit?: number
  /** Further properties that the upstream may set at clients; `nessie.*` adds a prefix. Default: none. */
  readonly passConfig?: readonly string[]
  /** Called with the name of each property that was left out of an answer. */
  readonly leftOut?: (name: string, reason: LeftOutReason) => void
}

/** How a request ended. */
export interface Forwarded {
  readonly status: number
  /** Times that it was sent. */
  readonly tries: number
  /** The error that we answered ourselves, if we did. */
  readonly error?: HeadgateError
}

/**
 * Forwards requests to one upstream, authenticated by a provider. Paths go out as they came in, bodies as they come; the
 * client hears of the upstream by our address alone.
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

  /** @throws HeadgateError `illegal-argument` for an invalid address, or a property that cannot be passed */
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

  /** Bytes of bodies that are held now. */
  get bufferedBytes(): number {
    return this.#budget.taken
  }

  /** Answers a request, whatever happens; never throws. */
  async forward(request: IncomingMessage, response: ServerResponse): Promise<Forwarded> {
    const gone = new AbortController()
    response.once('close', () => gone.abort(new Error('the client went away')))
    const protocol = protocolOf(request.url ?? '')
    const method = request.method ?? 'GET'
    let tries = 0
    try {
      // Its answer is the request as it came there (RFC 9110 section 9.3.8): the token in it, or the signature.
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
      // An answer may come before all of a body was wanted.
      if (!request.complete) request.unpipe().resume()
    }
  }

  #prepare(request: IncomingMessage, target: string, protocol: Protocol, body: RequestBody): AuthRequest {
    const { auth, headers = [] } = this.#options
    const onward = headersOnward(pairs(request.rawHeaders), auth.setsHeaders ?? ['authorization'])
    const fixed: [string, string][] = [['Host', this.#upstream.host]]
    // What is to be read and written again must come in a form that we know.
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
    prepared: AuthRequest,
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
      // The provider learns from every answer, also where the request cannot be sent twice.
      const wants = await auth.onResponse?.(answer, authenticated, { signal })
      if (wants !== 'retry' || body.kind === 'stream') return answer
      answer.body.destroy()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connections[Symbol.asyncDispose]()
  }
}

function bodyFor(body: RequestBody): AuthRequest['body'] {
  if (body.kind === 'none') return null
  if (body.kind === 'bytes') return body.bytes
  return body.length === undefined ? {} : { length: body.length }
}

function toHeadgateError(thrown: unknown): HeadgateError {
  if (isHeadgateError(thrown)) return thrown
  return new HeadgateError('internal', 'The request could not be forwarded.', { cause: thrown })
}
