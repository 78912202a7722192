import { setTimeout as sleep } from 'node:timers/promises'

export interface RetryPolicy {
  /** Number of attempts, including the first. */
  readonly attempts: number
  /** In ms. The pause before attempt n+1 is random, at most `base` doubled n-1 times and at most `max`. */
  readonly base: number
  readonly max: number
}

/**
 * Calls `attempt` again while it fails with an error that `mayRetry` accepts. The pauses are random and grow (full
 * jitter), so that concurrent callers do not retry at the same time.
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
      // An abort ends the pause. The caller gets the error of the last attempt.
      await sleep(pause(policy, done), undefined, signal === undefined ? {} : { signal }).catch(() => {
        throw error
      })
    }
  }
}

function pause(policy: RetryPolicy, done: number): number {
  return Math.random() * Math.min(policy.max, policy.base * 2 ** (done - 1))
}
