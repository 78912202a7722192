/** How an attempt ended: with the status of an answer, or without one. */
export type Attempt =
  | { readonly status: number; readonly retryAfterMs: number | null }
  /** `sent` is false when the request certainly did not leave: the name or the port did not answer. */
  | { readonly status: null; readonly sent: boolean }

/** Whether a request can be sent twice without being carried out twice. */
export type Repeatable = boolean

const TRANSIENT = new Set([408, 429, 500, 502, 503, 504])

/** Longest wait that a server may ask for and get, in milliseconds. Beyond it the caller decides. */
export const LONGEST_WAIT_MS = 60_000
const FIRST_WAIT_MS = 250
const LONGEST_BACKOFF_MS = 20_000

/**
 * Whether the same request may be sent again. 429 means that nothing was done, and so does 503 with `Retry-After`;
 * everything else only shows that the outcome is unknown, and needs a request that may be repeated.
 */
export function mayRetry(attempt: Attempt, repeatable: Repeatable): boolean {
  if (attempt.status === null) return repeatable || !attempt.sent
  if ((attempt.status === 429 || attempt.status === 503) && (attempt.retryAfterMs ?? 0) > LONGEST_WAIT_MS)
    return false
  if (attempt.status === 429) return true
  if (attempt.status === 503 && attempt.retryAfterMs !== null) return true
  return repeatable && TRANSIENT.has(attempt.status)
}

/** Whether a request that changes something may have done so, although it ended like this. */
export function mayHaveHappened(attempt: Attempt): boolean {
  if (attempt.status === null) return attempt.sent
  if (attempt.status === 503) return attempt.retryAfterMs === null
  return attempt.status >= 500 || attempt.status === 408
}

/**
 * How long to wait before the next attempt, in milliseconds: as long as the server asks, else twice as long each
 * time. Callers that failed together do not come back together.
 *
 * @param count attempts made so far, at least 1
 * @param random at least 0, less than 1
 */
export function waitMs(attempt: Attempt, count: number, random: number): number {
  const asked = attempt.status === null ? null : attempt.retryAfterMs
  if (asked !== null) return Math.ceil(asked * (1 + random / 10))
  return Math.ceil(Math.min(FIRST_WAIT_MS * 2 ** (count - 1), LONGEST_BACKOFF_MS) * (0.5 + random / 2))
}
