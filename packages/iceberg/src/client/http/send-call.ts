import { parseBytes, stringify, type Json, type JsonObject } from '@headgate/json'
import type { Clock } from '../clock.ts'
import type { AuthProvider, WireRequest } from './auth-provider.ts'
import { IcebergConnectionError } from './connection-error.ts'
import { errorOfAnswer } from './error-answer.ts'
import { exchange, ExchangeFailure, type ExchangeLimits, type RawAnswer } from './exchange.ts'
import { IcebergRestError } from './rest-error.ts'
import { retryAfterMs } from './retry-after.ts'
import { mayHaveHappened, mayRetry, waitMs, type Attempt } from './retry-policy.ts'

export interface HttpClientOptions extends ExchangeLimits {
  readonly fetch: typeof globalThis.fetch
  readonly auth: AuthProvider
  /** Sent with every request; names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly clock: Clock
  /** Attempts after the first one. */
  readonly maxRetries: number
}

export interface HttpCall {
  readonly operation: string
  readonly method: 'GET' | 'HEAD' | 'POST' | 'DELETE'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: JsonObject
  /** Makes a POST repeatable for as long as the server remembers the key. */
  readonly idempotency?: { readonly key: string; readonly lifetimeMs: number } | undefined
  /** Instead of the client's. */
  readonly maxRetries?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export interface HttpAnswer {
  readonly headers: Headers
  /** null when the answer has no body. */
  readonly json: Json
}

type Ending = { readonly answer: RawAnswer } | { readonly failure: ExchangeFailure }

/** Sends requests to one catalog: authenticates, retries where that is safe, and turns errors into ours. */
export class HttpClient {
  readonly #options: HttpClientOptions

  constructor(options: HttpClientOptions) {
    this.#options = options
  }

  /**
   * @throws {IcebergRestError} for every answer that is not 2xx, or no JSON
   * @throws {IcebergConnectionError} when there is none
   * @throws the signal's reason
   */
  async send(call: HttpCall): Promise<HttpAnswer> {
    const { clock } = this.#options
    const { operation, signal } = call
    const changes = call.method === 'POST' || call.method === 'DELETE'
    const repeatableUntil = repeatable(call, clock.now())
    const limit = call.maxRetries ?? this.#options.maxRetries
    const request = this.#requestOf(call)
    let outcomeUnknown = false
    for (let count = 1; ; count++) {
      const ending = await this.#attempt(request, signal)
      if ('answer' in ending && ending.answer.status >= 200 && ending.answer.status < 300)
        return readAnswer(operation, ending.answer, changes)
      const attempt = attemptOf(ending, clock.now())
      outcomeUnknown ||= changes && mayHaveHappened(attempt)
      const wait = waitMs(attempt, count, clock.random())
      if (count > limit || !mayRetry(attempt, clock.now() + wait < repeatableUntil))
        throw errorOf(operation, ending, outcomeUnknown, clock.now())
      await clock.sleep(wait, signal)
    }
  }

  #requestOf({ method, url, headers, body, idempotency }: HttpCall): WireRequest {
    return {
      method,
      // In the form in which fetch will send it, so that a signature covers what the server sees.
      url: new URL(url).href,
      headers: {
        accept: 'application/json',
        ...this.#options.headers,
        ...headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(idempotency === undefined ? {} : { 'idempotency-key': idempotency.key }),
      },
      body: body === undefined ? null : new TextEncoder().encode(stringify(body)),
    }
  }

  /** One attempt, or two when the authentication asks for another. */
  async #attempt(request: WireRequest, signal: AbortSignal | undefined): Promise<Ending> {
    const { auth, fetch } = this.#options
    const options = signal === undefined ? {} : { signal }
    for (let again = false; ; again = true) {
      const authenticated = await auth.authenticate(request, options)
      try {
        const answer = await exchange(fetch, authenticated, this.#options, signal)
        const verdict = (await auth.onResponse?.(answer, authenticated, options)) ?? 'done'
        const refused = answer.status >= 400 && answer.status < 500
        if (verdict === 'done' || again || !refused) return { answer }
      } catch (error) {
        if (error instanceof ExchangeFailure) return { failure: error }
        throw error
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#options.auth[Symbol.asyncDispose]?.()
  }
}

/** Until when the request may be sent again although it may have been carried out, in epoch ms. */
function repeatable({ method, idempotency }: HttpCall, now: number): number {
  if (method !== 'POST') return Number.POSITIVE_INFINITY
  // Half of the lifetime: the server's began when the request arrived, and the answer may come late.
  return idempotency === undefined ? Number.NEGATIVE_INFINITY : now + idempotency.lifetimeMs / 2
}

function attemptOf(ending: Ending, now: number): Attempt {
  if ('failure' in ending) return { status: null, sent: ending.failure.sent }
  const { status, headers } = ending.answer
  return { status, retryAfterMs: retryAfterMs(headers.get('retry-after'), now) }
}

function errorOf(operation: string, ending: Ending, outcomeUnknown: boolean, now: number): Error {
  if ('answer' in ending) return errorOfAnswer({ operation, ...ending.answer, now, outcomeUnknown })
  const { failure } = ending
  return new IcebergConnectionError(operation, failure.message, outcomeUnknown, { cause: failure.cause })
}

function readAnswer(operation: string, { status, headers, body }: RawAnswer, changed: boolean): HttpAnswer {
  try {
    return { headers, json: body.length === 0 ? null : parseBytes(body) }
  } catch (cause) {
    throw new IcebergRestError(
      `${operation}: the answer is not JSON`,
      { operation, status, type: 'InvalidAnswer', outcomeUnknown: changed },
      { cause },
    )
  }
}
