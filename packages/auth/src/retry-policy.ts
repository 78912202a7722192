import type { AuthResponse } from './auth-request.ts'
import { neverSent } from './connection-failure.ts'
import { retryAfterMs } from './retry-after.ts'
import type { Attempt } from './send.ts'

export interface RetryPolicyOptions {
  /** Whether the request can be carried out twice without harm. Asked for each attempt, as it may end with time. */
  readonly repeatable: () => boolean
  /** Attempts after the first one. Default 5; there are never more than 9. */
  readonly maxRetries?: number
  /** The wait before the second attempt, in ms; it doubles, up to 20 s. Default 250. */
  readonly firstWaitMs?: number
  readonly now?: () => number
  /** 0 to 1. */
  readonly random?: () => number
}

/** Longest wait that a server may ask for and get, in ms. Beyond it the caller decides. */
export const LONGEST_WAIT_MS = 60_000
const LONGEST_BACKOFF_MS = 20_000
const TRANSIENT = new Set([408, 429, 500, 502, 503, 504])

/**
 * When {@link send} tries again: after 429, and 503 with `Retry-After`, always, because nothing was done; after a
 * connection that was never made, too. Everything else only shows that the outcome is unknown, and needs a request
 * that may be repeated. Waits as long as the server asks, else twice as long each time, with jitter.
 *
 * @example
 * ```ts
 * await send(request, { transport, retry: retryPolicy({ repeatable: () => request.method === 'GET' }) })
 * ```
 */
export function retryPolicy(
  options: RetryPolicyOptions,
): (attempt: Attempt<AuthResponse>, tries: number) => number | undefined {
  const { repeatable, maxRetries = 5, firstWaitMs = 250, now = Date.now, random = Math.random } = options
  return (attempt, tries) => {
    const asked = askedWaitMs(attempt, now())
    if (tries > maxRetries || !mayRetry(attempt, asked, repeatable)) return undefined
    if (asked !== undefined) return asked + Math.ceil((asked * random()) / 10)
    return Math.ceil(Math.min(firstWaitMs * 2 ** (tries - 1), LONGEST_BACKOFF_MS) * (0.5 + random() / 2))
  }
}

function mayRetry(
  { response, error }: Attempt<AuthResponse>,
  asked: number | undefined,
  repeatable: () => boolean,
): boolean {
  if (response === undefined) return neverSent(error) || repeatable()
  const { status } = response
  if (asked !== undefined && asked > LONGEST_WAIT_MS) return false
  if (status === 429 || (status === 503 && asked !== undefined)) return true
  return TRANSIENT.has(status) && repeatable()
}

/** Whether a request that changes something may have done so, although it ended like this. */
export function mayHaveHappened({ response, error }: Attempt<AuthResponse>): boolean {
  if (response === undefined) return !neverSent(error)
  if (response.status === 503) return response.headers.get('retry-after') === null
  return response.status >= 500 || response.status === 408
}

function askedWaitMs({ response }: Attempt<AuthResponse>, now: number): number | undefined {
  if (response === undefined || (response.status !== 429 && response.status !== 503)) return undefined
  return retryAfterMs(response.headers.get('retry-after'), now)
}
