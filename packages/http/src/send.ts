import type { Authenticator } from './authenticator.ts'
import { withHeaders, type HeaderList } from './header-list.ts'
import type { HttpHooks } from './hooks.ts'
import type { HttpRequest, OutgoingBody, ResponseHead, WaitOptions } from './http-request.ts'
import { pause } from './time-limit.ts'
import type { Transport } from './transport.ts'

/** Request of a caller, before it is authenticated and sent. */
export interface OutgoingRequest {
  readonly method: string
  /** Absolute URL with encoded path and query. */
  readonly url: string
  /** Headers of this request. They replace headers of the same names in `base`. */
  readonly headers?: HeaderList
  readonly body?: OutgoingBody
}

/** Result of one attempt to send a request: a response, or the error that prevented a response. */
export type Attempt<R> =
  { readonly response: R; readonly error?: never } | { readonly response?: never; readonly error: unknown }

/** Options of {@link send}. */
export interface SendOptions<R extends ResponseHead> extends WaitOptions {
  readonly auth?: Authenticator
  /** Headers that the client sends with all its requests. */
  readonly base?: HeaderList
  /** Headers that the user of the client adds to this request. They replace headers with the same names. */
  readonly context?: HeaderList
  readonly transport: Transport<R>
  /**
   * Returns the time in ms until the next attempt, or undefined for no further attempt. `tries` is the number of
   * attempts so far. This function is not called for an attempt that the authenticator repeats. Default: no further
   * attempt.
   */
  readonly retry?: (attempt: Attempt<R>, tries: number) => number | undefined
  /** Waits before the next attempt. Rejects with the reason of the signal. Default: a timer. */
  readonly sleep?: (ms: number, signal: AbortSignal | undefined) => Promise<void>
  readonly hooks?: HttpHooks
}

/** Largest number of attempts, regardless of `retry`. */
const MAX_TRIES = 10

/**
 * Sends a request and returns its last response. The headers of `base`, of the request and of `context` are set first,
 * in this order. Then each attempt is authenticated, so that a signature covers all headers.
 *
 * @throws the errors of the authenticator and the transport, and the reason of the signal
 *
 * @example
 * ```ts
 * const response = await send({ method: 'GET', url }, { transport: fetchTransport(), base: [['Accept', 'text/plain']] })
 * console.log(response.status)
 * ```
 */
export async function send<R extends ResponseHead = Response>(
  request: OutgoingRequest,
  options: SendOptions<R>,
): Promise<R> {
  const { auth, transport, signal, hooks, sleep = pause } = options
  const wait: WaitOptions = signal === undefined ? {} : { signal }
  const prepared = transport.prepare(unauthenticated(request, options))
  let authRetry = auth?.onResponse !== undefined
  for (let tries = 1; ; tries++) {
    signal?.throwIfAborted()
    const authenticated = (await auth?.authenticate(prepared, wait)) ?? prepared
    hooks?.onRequest?.(authenticated, tries)
    const attempt = await settle(transport.send(authenticated, request.body ?? null, wait))
    if (attempt.response !== undefined) hooks?.onResponse?.(attempt.response, authenticated, tries)
    if (authRetry && attempt.response !== undefined) {
      if ((await auth?.onResponse?.(attempt.response, authenticated, wait)) === 'retry') {
        authRetry = false
        await transport.discard?.(attempt.response).catch(() => {})
        continue
      }
    }
    signal?.throwIfAborted()
    const delayMs = tries >= MAX_TRIES ? undefined : options.retry?.(attempt, tries)
    if (delayMs === undefined) return outcome(attempt)
    hooks?.onRetry?.({ attempt: tries, delayMs, ...toFailure(attempt) })
    if (attempt.response !== undefined) await transport.discard?.(attempt.response).catch(() => {})
    await sleep(delayMs, signal)
  }
}

function unauthenticated(
  request: OutgoingRequest,
  { base = [], context = [] }: { readonly base?: HeaderList; readonly context?: HeaderList },
): HttpRequest {
  const body = request.body ?? null
  return {
    method: request.method,
    url: request.url,
    headers: withHeaders(withHeaders(base, request.headers ?? []), context),
    body: body === null || body instanceof Uint8Array ? body : describe(body),
  }
}

function describe({ sha256, length }: { sha256?: string; length?: number }): HttpRequest['body'] {
  return { ...(sha256 === undefined ? {} : { sha256 }), ...(length === undefined ? {} : { length }) }
}

async function settle<R>(sending: Promise<R>): Promise<Attempt<R>> {
  try {
    return { response: await sending }
  } catch (error) {
    return { error }
  }
}

function toFailure<R extends ResponseHead>({
  response,
  error,
}: Attempt<R>): {
  readonly status?: number
  readonly error?: unknown
} {
  return response === undefined ? { error } : { status: response.status }
}

function outcome<R>(attempt: Attempt<R>): R {
  if (attempt.response === undefined) throw attempt.error
  return attempt.response
}
