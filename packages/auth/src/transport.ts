import type { WaitOptions } from './auth-provider.ts'
import { AuthError } from './auth-error.ts'
import type { AuthRequest, AuthResponse, StreamedBody } from './auth-request.ts'
import { longestTimerMs } from './calls/attempt-limit.ts'
import { checkHeader } from './calls/check-header.ts'
import { joinHeaders } from './header-list.ts'
import type { Fetch } from './provider-definition.ts'
import { wireUrl } from './wire-url.ts'

/** A body that is made anew for each try, because a stream can be read once. */
export interface BodySource extends StreamedBody {
  readonly open: () => ReadableStream<Uint8Array>
}

export type OutgoingBody = Uint8Array | BodySource | null

/** What carries requests. `prepare` gives a request the form in which `send` puts it on the wire. */
export interface Transport<R extends AuthResponse = Response> {
  prepare(request: AuthRequest): AuthRequest
  /** Sends exactly this; follows no redirect. `body` is that of the request, as it can be read. */
  send(request: AuthRequest, body: OutgoingBody, options?: WaitOptions): Promise<R>
  /** Gives back what an answer holds that nobody will read. */
  discard?(response: R): Promise<void>
}

export interface FetchTransportOptions {
  readonly fetch?: Fetch
  /** Milliseconds until the head of an answer must be there. Default 60,000. */
  readonly timeoutMs?: number
}

/** Headers that `fetch` writes itself and refuses or ignores from others. */
const written = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive'])

/**
 * A transport on `fetch`. Redirects are handed back, not followed: a signed request or a key must not go to a place
 * that an answer chose, and a followed 302 turns POST into GET.
 *
 * The time limit holds until the head of the answer; the body is read under the caller's own signal.
 */
export function fetchTransport(options: FetchTransportOptions = {}): Transport {
  const call = options.fetch ?? ((url, init) => fetch(url, init))
  const ms = options.timeoutMs ?? 60_000
  return {
    prepare: (request) => ({
      ...request,
      url: wireUrl(request.url),
      headers: joinHeaders(request.headers).filter(([name]) => !written.has(name.toLowerCase())),
    }),
    send: async (request, body, wait = {}) => {
      const timer = new AbortController()
      const late = new AuthError('unavailable', `${new URL(request.url).host} did not answer within ${ms} ms`)
      const timeout = setTimeout(() => timer.abort(late), Math.min(ms, longestTimerMs))
      try {
        // `fetch` would show the value, which may be a secret.
        for (const [name, value] of request.headers) checkHeader(name.toLowerCase(), value)
        return await call(request.url, {
          method: request.method,
          headers: request.headers.map(([name, value]): [string, string] => [name, value]),
          body: body === null ? null : bodyInit(body),
          redirect: 'manual',
          signal: wait.signal === undefined ? timer.signal : AbortSignal.any([wait.signal, timer.signal]),
          ...(body !== null && 'open' in body ? { duplex: 'half' } : {}),
        })
      } finally {
        clearTimeout(timeout)
      }
    },
    discard: async (response) => {
      await response.body?.cancel()
    },
  }
}

function bodyInit(body: Exclude<OutgoingBody, null>): NonNullable<RequestInit['body']> {
  return 'open' in body ? body.open() : (body as Uint8Array<ArrayBuffer>)
}
