import type { AuthProvider, WaitOptions } from './auth-provider.ts'
import type { AuthRequest, AuthResponse } from './auth-request.ts'
import { withHeaders, type HeaderList } from './header-list.ts'
import { pause } from './time-limit.ts'
import type { OutgoingBody, Transport } from './transport.ts'

/** A request before it is authenticated. */
export interface OutgoingRequest {
  readonly method: string
  /** Absolute; path and query encoded. */
  readonly url: string
  /** Headers of this request: they take the place of those of the same names in `base`. */
  readonly headers?: HeaderList
  readonly body?: OutgoingBody
}

/** What a try came to: an answer, or the error that took its place. */
export type Attempt<R> =
  { readonly response: R; readonly error?: never } | { readonly response?: never; readonly error: unknown }

export interface SendOptions<R extends AuthResponse> extends WaitOptions {
  readonly auth?: AuthProvider
  /** Headers of all requests of this client. */
  readonly base?: HeaderList
  /** Headers of whoever this request is for; they take the place of those of the request. */
  readonly context?: HeaderList
  readonly transport: Transport<R>
  /**
   * Whether to try again, and after how many milliseconds; `tries` is how often it was sent. Default: never. It is asked
   * about answers that the provider does not want to try again.
   */
  readonly retry?: (attempt: Attempt<R>, tries: number) => number | undefined
  /** How to wait before the next try. Default: a timer. Rejects with the signal's reason. */
  readonly sleep?: (ms: number, signal: AbortSignal | undefined) => Promise<void>
}

/** No request is sent more often than this, whatever `retry` says. */
const MAX_TRIES = 10

/**
 * Sends a request: base headers, then those of the request, then those of its context, and authentication last, so
 * that a signature covers all of them. Each try is authenticated anew.
 *
 * @throws AuthError when it cannot be authenticated; what the transport throws.
 *
 * @example
 * ```ts
 * const response = await send(
 *   { method: 'GET', url: 'https://catalog.example.com/v1/config' },
 *   { auth, base: [['Accept', 'application/json']], transport: fetchTransport(), signal },
 * )
 * ```
 */
export async function send<R extends AuthResponse = Response>(
  request: OutgoingRequest,
  options: SendOptions<R>,
): Promise<R> {
  const { auth, transport, signal, sleep = pause } = options
  const wait: WaitOptions = signal === undefined ? {} : { signal }
  const prepared = transport.prepare(unauthenticated(request, options))
  let authRetry = auth?.onResponse !== undefined
  for (let tries = 1; ; tries++) {
    signal?.throwIfAborted()
    const authenticated = (await auth?.authenticate(prepared, wait)) ?? prepared
    const attempt = await attemptOf(transport.send(authenticated, request.body ?? null, wait))
    if (authRetry && attempt.response !== undefined) {
      if ((await auth?.onResponse?.(attempt.response, authenticated, wait)) === 'retry') {
        authRetry = false
        await transport.discard?.(attempt.response).catch(() => {})
        continue
      }
    }
    signal?.throwIfAborted()
    const delay = tries >= MAX_TRIES ? undefined : options.retry?.(attempt, tries)
    if (delay === undefined) return outcome(attempt)
    if (attempt.response !== undefined) await transport.discard?.(attempt.response).catch(() => {})
    await sleep(delay, signal)
  }
}

function unauthenticated(
  request: OutgoingRequest,
  { base = [], context = [] }: { readonly base?: HeaderList; readonly context?: HeaderList },
): AuthRequest {
  const body = request.body ?? null
  return {
    method: request.method,
    url: request.url,
    headers: withHeaders(withHeaders(base, request.headers ?? []), context),
    body: body === null || body instanceof Uint8Array ? body : streamed(body),
  }
}

function streamed({ sha256, length }: { sha256?: string; length?: number }): AuthRequest['body'] {
  return { ...(sha256 === undefined ? {} : { sha256 }), ...(length === undefined ? {} : { length }) }
}

async function attemptOf<R>(sending: Promise<R>): Promise<Attempt<R>> {
  try {
    return { response: await sending }
  } catch (error) {
    return { error }
  }
}

function outcome<R>(attempt: Attempt<R>): R {
  if (attempt.response === undefined) throw attempt.error
  return attempt.response
}
