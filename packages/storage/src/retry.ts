import { setTimeout as sleep } from 'node:timers/promises'

export interface RetryPolicy {
  /** Maximum number of attempts, including the first. */
  readonly attempts: number
  /**
   * Limit of the first pause between attempts, in ms. The limit doubles after each attempt, up to `max`. Each pause
   * is a random time below its limit.
   */
  readonly base: number
  readonly max: number
}

/**
 * Calls `attempt` again while it fails with an error that `mayRetry` accepts. The pauses are random with a growing
 * limit (full jitter), so that concurrent callers do not retry at the same time.
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
      // If the signal aborts during the pause, the function throws the error of the last attempt.
      await sleep(pause(policy, done), undefined, signal === undefined ? {} : { signal }).catch(() => {
        throw error
      })
    }
  }
}

function pause(policy: RetryPolicy, done: number): number {
  return Math.random() * Math.min(policy.max, policy.base * 2 ** (done - 1))
}
