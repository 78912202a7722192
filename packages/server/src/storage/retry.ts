import { setTimeout as sleep } from 'node:timers/promises'

export interface RetryPolicy {
  /** All attempts, the first one too. */
  readonly attempts: number
  /** Milliseconds: the pause before attempt n+1 is random, up to `base` doubled n-1 times, at most `max`. */
  readonly base: number
  readonly max: number
}

/**
 * Calls `attempt` again while it fails with something that `mayRetry`, after random pauses that grow (full jitter), so
 * that many callers do not come back at the same moment.
 */
export async function withRetries<T>(
  policy: RetryPolicy,
  attempt: () => Promise<T>,
  mayRetry: (error: unknown) => boolean,
  signal?: AbortSignal,
): Promise<T> {
  for (let done = 1; ; done++) {
    try {
      return await attempt()
    } catch (error) {
      if (done >= policy.attempts || signal?.aborted === true || !mayRetry(error)) throw error
      // An abort while waiting ends the wait; the error that made us wait is what the caller learns.
      await sleep(pause(policy, done), undefined, signal === undefined ? {} : { signal }).catch(() => {
        throw error
      })
    }
  }
}

function pause(policy: RetryPolicy, done: number): number {
  return Math.random() * Math.min(policy.max, policy.base * 2 ** (done - 1))
}
