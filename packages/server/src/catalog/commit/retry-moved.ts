import { setTimeout as sleep } from 'node:timers/promises'
import { HeadgateError } from '@headgate/errors'
import type { Mutex } from '../../concurrency/mutex.ts'
import type { Outcome } from './outcome.ts'

const maxAttempts = 12

/** Caller whose operation can be attempted several times. */
export interface Retried {
  /** Replaces the policy of the caller by the current policy in the database. */
  reloadPolicy(): Promise<void>
}

/**
 * Repeats an attempt as long as its outcome is `moved`, and returns the value of the last attempt. Each
 * attempt reads the rows and decides again. This is safe, because an attempt with the outcome `moved` has
 * written nothing. All retries of changes use this function, and reads whose rows belong to different policy versions
 * (`commonPolicyVersion`).
 *
 * @param queue queue for changes that write the same row. Repeated attempts run in this queue one after the
 *   other, so that they do not make each other fail
 * @throws HeadgateError `commit-failed` when all attempts had the outcome `moved`. Nothing was committed
 * @throws the error of an attempt that was refused, or whose outcome is unknown
 */
export async function retryMoved<T>(
  caller: Retried,
  attempt: () => Promise<Outcome<T>>,
  queue?: Mutex,
): Promise<T> {
  if (queue === undefined) return await repeat(caller, attempt)
  const first = await attempt()
  if (first.type !== 'moved') return valueOrThrow(first)
  return await queue.run(async () => {
    await caller.reloadPolicy()
    return await repeat(caller, attempt)
  })
}

async function repeat<T>(caller: Retried, attempt: () => Promise<Outcome<T>>): Promise<T> {
  for (let count = 1; ; count += 1) {
    const outcome = await attempt()
    if (outcome.type !== 'moved') return valueOrThrow(outcome)
    if (count === maxAttempts) throw tooManyAttempts()
    // Waits for a random time, so that attempts that failed together do not run at the same time again.
    await sleep(Math.random() * Math.min(5 * 2 ** count, 500))
    await caller.reloadPolicy()
  }
}

function valueOrThrow<T>(outcome: Exclude<Outcome<T>, { type: 'moved' }>): T {
  if (outcome.type === 'done') return outcome.value
  throw outcome.error
}

function tooManyAttempts(): HeadgateError {
  return new HeadgateError(
    'commit-failed',
    'Too many other requests changed the same object at the same time, and nothing was committed: send the request again.',
  )
}
