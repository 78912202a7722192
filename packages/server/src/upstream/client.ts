import { BrokenCircuitError } from 'cockatiel'
import { buildConnector, fetch as undiciFetch, Pool } from 'undici'
import { isAuthError, type ReadyProvider } from '@headgate/auth'
import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { type Fetch, type HeaderList, type HttpRequest, readBody, type WaitOptions } from '@headgate/http'
import type { ConnectionRules, EndpointGuard } from '@headgate/storage'
import type { UpstreamLimits } from './profile.ts'
import { pauseMs, upstreamCircuit } from './circuit.ts'
import { decodeBody, tooLargeCodes } from './decode-body.ts'
import { codeOf, neverSent, unreachable, unknownOutcome } from './failures.ts'
import {
  type EarlierResponse,
  readResponse,
  responseTimeout,
  type UpstreamResponse,
} from './read-response.ts'

/** Time limit in ms to establish a connection, including TLS. */
const connectTimeoutMs = 10_000
/**
 * Time in ms after which the server closes an idle connection. It is shorter than the idle time of usual
 * servers and load balancers, so that they do not close the connection first.
 */
const keepAliveMs = 4_000
/** Maximum size in bytes of a response from a token issuer. */
const maxIssuerBytes = 2 * 1024 * 1024
/**
 * Time limit in ms for reading the response of a token issuer, if the request has no time limit.
 */
const issuerTimeoutMs = 30_000

/** HTTP request to the upstream catalog. */
export interface UpstreamRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'DELETE'
  /** Path below the base URL, with percent-encoded segments, for example `/v1/main/namespaces`. */
  readonly path: string
  /** Percent-encoded query string without `?`. Empty when the request has no query. */
  readonly query: string
  readonly headers: HeaderList
  readonly body: Uint8Array | null
  /**
   * True when the request can be repeated without a further effect. The client may then resend the request
   * after a lost connection.
   */
  readonly safe: boolean
  /** Earlier response to this request, or null. A response with an equal body returns its buffer; see `readResponse`. */
  readonly earlier?: EarlierResponse | null
}

export interface UpstreamClientOptions {
  /**
   * Name of the warehouse, for error messages. Error messages never contain the address of the upstream
   * catalog.
   */
  readonly name: string
  /** Base URL of the upstream catalog. */
  readonly uri: string
  readonly limits: UpstreamLimits
  /** Headers that are added to every request, for example `x-goog-user-project`. */
  readonly headers?: HeaderList
  readonly guard: EndpointGuard
  /**
   * Creates the auth provider. The provider sends its requests to token issuers with `fetch`, which refuses
   * addresses that the endpoint guard does not allow.
   */
  readonly createAuth: (fetch: Fetch) => Promise<ReadyProvider>
}

/**
 * HTTP client for one upstream catalog, with persistent connections and one auth provider. Limits the number
 * of concurrent and of waiting requests. Connects only to addresses that the endpoint guard allows.
 */
export class UpstreamClient implements AsyncDisposable {
  readonly #name: string
  readonly #origin: string
  /** Host name and port of the upstream catalog, for audit events. Messages to clients never contain this value. */
  readonly host: string
  readonly #basePath: string
  readonly #limits: UpstreamLimits
  readonly #headers: HeaderList
  readonly #pool: Pool
  readonly #auth: ReadyProvider
  readonly #circuit = upstreamCircuit()
  readonly #encodings: HeaderList
  #active = 0

  /**
   * Creates the auth provider and the client.
   *
   * @throws AuthError when the auth provider cannot be created
   */
  static async open(options: UpstreamClientOptions): Promise<UpstreamClient> {
    const auth = await options.createAuth(guardedFetch(options.guard))
    return new UpstreamClient(options, auth)
  }

  private constructor(
    { name, uri, limits, guard, headers = [] }: UpstreamClientOptions,
    auth: ReadyProvider,
  ) {
    this.#name = name
    const url = new URL(uri)
    this.#origin = url.origin
    this.host = url.host
    this.#basePath = url.pathname.replace(/\/+$/, '')
    this.#limits = limits
    // On loopback, compression costs more CPU time than the smaller transfer saves.
    this.#encodings = isLoopback(url.hostname) ? [] : [['Accept-Encoding', 'gzip']]
    this.#headers = headers
    this.#auth = auth
    this.#pool = new Pool(url.origin, {
      connections: limits.concurrency,
      connect: guardedConnector(guard.connectionRules(url)),
      headersTimeout: limits.timeoutMs,
      bodyTimeout: limits.timeoutMs,
      keepAliveTimeout: keepAliveMs,
      keepAliveMaxTimeout: keepAliveMs,
      maxResponseSize: limits.responseBytes,
      pipelining: 1,
    })
  }

  /**
   * Returns the path and query of a URL that is below the base URL. Returns null for any other URL.
   *
   * @param url absolute URL, or URL relative to the base URL
   */
  relative(url: string): Pick<UpstreamRequest, 'path' | 'query'> | null {
    const base = `${this.#origin}${this.#basePath}`
    const parsed = URL.parse(url, `${base}/`)
    if (parsed === null || parsed.origin !== this.#origin) return null
    const { pathname, search } = parsed
    if (!pathname.startsWith(`${this.#basePath}/`) || !/^[\w.~!$&'()*+,;=:@%/-]*$/.test(pathname)) return null
    return { path: pathname.slice(this.#basePath.length), query: search.slice(1) }
  }

  /**
   * Sends a request and reads the complete response. Does not follow redirects: a redirect is returned like
   * any other response.
   *
   * @param signal null for a request that is not aborted, because several callers share its response
   * @param auth provider that authenticates the request. Default: the provider of this client
   * @throws HeadgateError `unavailable` when the request was not sent, `commit-state-unknown` when a change
   *   may have been made, `bad-gateway` or `gateway-timeout` for a failed request that changes nothing
   */
  async send(
    request: UpstreamRequest,
    signal: AbortSignal | null,
    auth: ReadyProvider = this.#auth,
  ): Promise<UpstreamResponse> {
    const { concurrency, waiting } = this.#limits
    if (this.#active >= concurrency + waiting)
      throw new HeadgateError(
        'unavailable',
        `Too many requests wait for the upstream of warehouse ${this.#name}: try again later.`,
        { retryAfterSeconds: 1 },
      )
    this.#active += 1
    try {
      return await this.#authenticated(request, auth, signal)
    } finally {
      this.#active -= 1
    }
  }

  async #authenticated(
    request: UpstreamRequest,
    auth: ReadyProvider,
    signal: AbortSignal | null,
  ): Promise<UpstreamResponse> {
    const query = request.query === '' ? '' : `?${request.query}`
    const prepared: HttpRequest = {
      method: request.method,
      url: `${this.#origin}${this.#basePath}${request.path}${query}`,
      headers: [['Host', this.host], ...this.#encodings, ...this.#headers, ...request.headers],
      body: request.body,
    }
    for (let again = true; ; again = false) {
      const signed = await this.#sign(prepared, auth, signal)
      const response = await this.#dispatch(signed, request, signal)
      // After a response with status 401, the provider may obtain a new token. The refused request had no
      // effect, so it can be repeated.
      const wants = again ? await auth.onResponse?.(response, signed, waitOptions(signal)) : undefined
      if (wants === 'retry') continue
      return response.status < 300 ? response : { ...response, hidden: addedValues(signed, prepared) }
    }
  }

  async #sign(prepared: HttpRequest, auth: ReadyProvider, signal: AbortSignal | null): Promise<HttpRequest> {
    try {
      return await auth.authenticate(prepared, waitOptions(signal))
    } catch (cause) {
      signal?.throwIfAborted()
      // A `forbidden` error means that the token of this user was refused. All other errors concern the
      // configuration of the warehouse.
      if (isHeadgateError(cause, 'forbidden') && !isAuthError(cause)) throw cause
      throw new HeadgateError(
        'unavailable',
        `Headgate has no valid credentials for the upstream of warehouse ${this.#name}: an administrator can test them with headgate warehouse check.`,
        { cause, retryAfterSeconds: 5 },
      )
    }
  }

  async #dispatch(
    { method, url, headers, body }: HttpRequest,
    { safe, earlier }: UpstreamRequest,
    signal: AbortSignal | null,
  ): Promise<UpstreamResponse> {
    const path = url.slice(this.#origin.length)
    const bytes = body instanceof Uint8Array ? body : null
    for (let again = safe; ; again = false) {
      try {
        const options = { method, path, headers: headers.flat(), body: bytes }
        const { timeoutMs, responseBytes } = this.#limits
        const send = () =>
          readResponse(this.#pool, options, signal, {
            timeoutMs,
            expected: earlier?.body,
          })
        return await decodeBody(await this.#circuit.execute(send), responseBytes)
      } catch (error) {
        signal?.throwIfAborted()
        if (isHeadgateError(error)) throw error
        if (again && codeOf(error) === 'UND_ERR_SOCKET') continue
        throw this.#failure(error, safe)
      }
    }
  }

  #failure(error: unknown, safe: boolean): HeadgateError {
    if (error instanceof BrokenCircuitError) return notAnswering(this.#name)
    const cause = error instanceof Error && isHeadgateError(error.cause) ? error.cause : error
    if (isHeadgateError(cause)) return cause
    const code = codeOf(error)
    if (neverSent.has(code)) return unreachable(this.#name, error)
    if (!safe) return unknownOutcome(this.#name, error)
    if (timeouts.has(code))
      return new HeadgateError(
        'gateway-timeout',
        `The upstream of warehouse ${this.#name} did not answer within ${this.#limits.timeoutMs} ms.`,
        { cause: error },
      )
    const why = tooLargeCodes.has(code)
      ? `is larger than ${this.#limits.responseBytes} bytes; an administrator can raise upstream.limits.responseBytes`
      : 'was interrupted'
    return new HeadgateError(
      'bad-gateway',
      `The response of the upstream of warehouse ${this.#name} ${why}.`,
      { cause: error },
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.destroy()
    await this.#auth[Symbol.asyncDispose]()
  }
}

/** Codes of errors that mean that a response took too long. */
const timeouts: ReadonlySet<string> = new Set([
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  responseTimeout,
])

/**
 * Returns the values of the headers that the auth provider added, and the credentials in these values, so
 * that they can be removed from error messages.
 */
function addedValues(signed: HttpRequest, prepared: HttpRequest): string[] {
  const before = new Set(prepared.headers.map(([, value]) => value))
  return signed.headers.flatMap(([, value]) =>
    before.has(value) ? [] : [value, ...value.split(' ').slice(1).filter(Boolean)],
  )
}

function waitOptions(signal: AbortSignal | null): WaitOptions {
  return signal === null ? {} : { signal }
}

function notAnswering(name: string): HeadgateError {
  return new HeadgateError(
    'unavailable',
    `The upstream of warehouse ${name} did not answer the last requests, so this request was not sent: try again later. An administrator can test it with headgate warehouse check ${name}.`,
    { retryAfterSeconds: pauseMs / 1_000 },
  )
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
}

/**
 * Returns a connector for undici that opens connections only to addresses that the rules allow. The check
 * applies to the resolved address that is then used, so DNS cannot return another address in between.
 */
function guardedConnector(rules: ConnectionRules): buildConnector.connector {
  const connect = buildConnector({ timeout: connectTimeoutMs, lookup: rules.lookup })
  return (options, callback) => {
    const refusal = rules.refuse(options.hostname)
    if (refusal === null) connect(options, callback)
    else process.nextTick(() => callback(refusal, null))
  }
}

/**
 * Returns a `fetch` function that connects only to addresses that the guard allows. Auth providers use it to
 * send requests to token issuers.
 */
export function guardedFetch(guard: EndpointGuard): Fetch {
  return async (url, init) => {
    const pool = new Pool(new URL(url).origin, {
      connections: 1,
      connect: guardedConnector(guard.connectionRules(new URL(url))),
    })
    try {
      const response = await undiciFetch(url, { ...(init as object), dispatcher: pool })
      const signal = init?.signal ?? AbortSignal.timeout(issuerTimeoutMs)
      // The size limit applies to the decompressed body.
      const body = await readBody(response, { maxBytes: maxIssuerBytes, signal })
      const headers = [...response.headers] as [string, string][]
      return new Response([204, 304].includes(response.status) ? null : body, {
        status: response.status,
        headers,
      })
    } finally {
      await pool.destroy()
    }
  }
}
