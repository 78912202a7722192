import { HeadgateError } from '@headgate/errors'
import { MAX_TIMER_MS } from './attempt-limit.ts'
import { checkHeader } from './check-header.ts'
import { joinHeaders } from './header-list.ts'
import type { Fetch, OutgoingBody } from './http-request.ts'
import type { Transport } from './transport.ts'
import { wireUrl } from './wire-url.ts'

/** Options of {@link fetchTransport}. */
export interface FetchTransportOptions {
  /** Sends the requests. Default: the global `fetch`. */
  readonly fetch?: Fetch
  /** Time limit for the head of a response, in ms. Default: 60,000. */
  readonly timeoutMs?: number
}

/** Headers that `fetch` sets itself. It refuses or ignores them in a request. */
const WRITTEN_BY_FETCH = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive'])

/**
 * Creates a transport that sends requests with `fetch`. It returns redirects instead of following them: a signed
 * request or a key must not be sent to an address that a response chose, and a followed 302 changes POST to GET.
 *
 * The time limit covers the request and the head of the response. Only the signal of the caller limits the time to
 * read the body.
 *
 * @throws {HeadgateError} unavailable, when the head of the response does not arrive in time
 *
 * @example
 * ```ts
 * const transport = fetchTransport({ timeoutMs: 5_000 })
 * const { status } = await send({ method: 'GET', url }, { transport })
 * ```
 */
export function fetchTransport(options: FetchTransportOptions = {}): Transport {
  const call = options.fetch ?? ((url, init) => fetch(url, init))
  const ms = options.timeoutMs ?? 60_000
  return {
    prepare: (request) => ({
      ...request,
      url: wireUrl(request.url),
      headers: joinHeaders(request.headers).filter(([name]) => !WRITTEN_BY_FETCH.has(name.toLowerCase())),
    }),
    send: async (request, body, wait = {}) => {
      const timer = new AbortController()
      const late = (): void =>
        timer.abort(
          new HeadgateError('unavailable', `${new URL(request.url).host} did not answer within ${ms} ms`),
        )
      const timeout = setTimeout(late, Math.min(ms, MAX_TIMER_MS))
      try {
        // The headers are checked first, because an error of `fetch` would contain the invalid value, which may be a
        // secret.
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
