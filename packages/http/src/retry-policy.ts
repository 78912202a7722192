import { neverSent } from './connection-failure.ts'
import type { ResponseHead } from './http-request.ts'
import { retryAfterMs } from './retry-after.ts'
import type { Attempt } from './send.ts'

/** Options of {@link retryPolicy}. */
export interface RetryPolicyOptions {
  /**
   * Returns whether the server may execute the request twice without harm. The policy calls this function after each
   * attempt, because the result may change with time.
   */
  readonly repeatable: () => boolean
  /** Maximum number of attempts after the first one. Default: 5. `send` itself allows at most 9. */
  readonly maxRetries?: number
  /** The wait before the second attempt, in ms. Each further wait is twice as long, up to 20 s. Default: 250. */
  readonly firstWaitMs?: number
  /** Returns the time in epoch ms. Default: `Date.now`. */
  readonly now?: () => number
  /** Returns a number from 0 to 1. Default: `Math.random`. */
  readonly random?: () => number
}

/**
 * Longest wait that the client accepts from a server, in ms. If the server asks for a longer wait, the client does
 * not retry.
 */
export const LONGEST_WAIT_MS = 60_000
const LONGEST_BACKOFF_MS = 20_000
const TRANSIENT = new Set([408, 429, 500, 502, 503, 504])

/**
 * Creates the function that decides whether and when {@link send} makes another attempt. The function always retries
 * after 429, after 503 with `Retry-After`, and after a connection that was not established, because the server
 * executed nothing. After other failures it is unknown whether the server executed the request, so the function
 * retries only a request that may be repeated. The wait is as long as the server requests. If the server requests no
 * time, the wait doubles after each attempt. Waits have random jitter.
 *
 * @example
 * ```ts
 * const retry = retryPolicy({ repeatable: () => true, maxRetries: 2 })
 * const response = await send({ method: 'GET', url }, { transport: fetchTransport(), retry })
 * ```
 */
export function retryPolicy(
  options: RetryPolicyOptions,
): (attempt: Attempt<ResponseHead>, tries: number) => number | undefined {
  const { repeatable, maxRetries = 5, firstWaitMs = 250, now = Date.now, random = Math.random } = options
  return (attempt, tries) => {
    const asked = askedWaitMs(attempt, now())
    if (tries > maxRetries || !mayRetry(attempt, asked, repeatable)) return undefined
    if (asked !== undefined) return asked + Math.ceil((asked * random()) / 10)
    return Math.ceil(Math.min(firstWaitMs * 2 ** (tries - 1), LONGEST_BACKOFF_MS) * (0.5 + random() / 2))
  }
}

function mayRetry(
  { response, error }: Attempt<ResponseHead>,
  asked: number | undefined,
  repeatable: () => boolean,
): boolean {
  if (response === undefined) return neverSent(error) || repeatable()
  const { status } = response
  if (asked !== undefined && asked > LONGEST_WAIT_MS) return false
  if (status === 429 || (status === 503 && asked !== undefined)) return true
  return TRANSIENT.has(status) && repeatable()
}

/**
 * Returns whether the server may have executed a request although the attempt failed.
 *
 * @example
 * ```ts
 * mayHaveHappened({ response: new Response(null, { status: 502 }) }) // true
 * ```
 */
export function mayHaveHappened({ response, error }: Attempt<ResponseHead>): boolean {
  if (response === undefined) return !neverSent(error)
  if (response.status === 503) return response.headers.get('retry-after') === null
  return response.status >= 500 || response.status === 408
}

function askedWaitMs({ response }: Attempt<ResponseHead>, now: number): number | undefined {
  if (response === undefined || (response.status !== 429 && response.status !== 503)) return undefined
  return retryAfterMs(response.headers.get('retry-after'), now)
}
