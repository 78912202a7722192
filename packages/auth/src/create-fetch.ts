import { HeadgateError } from '@headgate/errors'
import {
  fetchTransport,
  retryPolicy,
  send,
  type Authenticator,
  type Fetch,
  type HttpHooks,
  type OutgoingBody,
  type OutgoingRequest,
} from '@headgate/http'

/** Options of {@link createFetch}. */
export interface CreateFetchOptions {
  /** Sends the requests. Default: the global `fetch`. */
  readonly fetch?: Fetch
  /** Headers of every request. Headers that a request already has replace headers with the same names. */
  readonly headers?: Readonly<Record<string, string>>
  /** Time limit for the head of a response, in ms. Default: 60,000. */
  readonly timeoutMs?: number
  /**
   * Maximum number of attempts after the first attempt, from 0 to 9. Default: 0. When it is not known whether the
   * server executed a request, only GET, HEAD and OPTIONS are sent again.
   */
  readonly maxRetries?: number
  readonly hooks?: HttpHooks
}

/** Methods whose requests change nothing (RFC 9110, section 9.2.1). */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Creates a `fetch` whose requests a provider authenticates. When a server refuses a token that can be renewed, the
 * request is sent again with another token. Redirects are returned, not followed.
 *
 * @throws {AuthError} when a request cannot be authenticated
 * @throws {HeadgateError} unavailable, when the head of the response does not arrive in time; unsupported, when a stream
 *   would have to be read twice
 *
 * @example
 * ```ts
 * const fetch = createFetch(await bearer({ token: 'secret' }))
 * const response = await fetch(url, { method: 'POST', body: '{}' })
 * console.log(response.status)
 * ```
 */
export function createFetch(auth: Authenticator, options: CreateFetchOptions = {}): typeof globalThis.fetch {
  const { headers = {}, maxRetries = 0, hooks } = options
  const transport = fetchTransport({
    ...(options.fetch && { fetch: options.fetch }),
    ...(options.timeoutMs !== undefined && { timeoutMs: options.timeoutMs }),
  })
  return async (input, init) => {
    const request = new Request(input, streams(init) ? { ...init, duplex: 'half' } : init)
    const body = await readOutgoingBody(request, init)
    const outgoing: OutgoingRequest = {
      method: request.method,
      url: request.url,
      headers: [...request.headers],
      body,
    }
    const policy = retryPolicy({ repeatable: () => SAFE.has(request.method), maxRetries })
    return await send(outgoing, {
      auth,
      transport,
      base: Object.entries(headers),
      signal: request.signal,
      retry: (attempt, tries) => (isStream(body) ? undefined : policy(attempt, tries)),
      ...(hooks && { hooks }),
    })
  }
}

const streams = (init: RequestInit | undefined): boolean => init?.body instanceof ReadableStream

const isStream = (body: OutgoingBody): boolean => body !== null && 'open' in body

/**
 * Reads the body into memory, so that it can be signed and sent again. A stream is not read into memory, so it can be
 * sent only once.
 */
async function readOutgoingBody(request: Request, init: RequestInit | undefined): Promise<OutgoingBody> {
  const { body } = request
  if (body === null) return null
  if (!streams(init)) return new Uint8Array(await request.arrayBuffer())
  let opened = false
  return {
    open: () => {
      if (opened)
        throw new HeadgateError(
          'unsupported',
          'The request must be sent again, but its body is a stream that was already read: pass bytes or text as body',
        )
      opened = true
      return body
    },
  }
}
