import { HeadgateError } from '@headgate/errors'
import { FairQueue } from '../concurrency/fair-queue.ts'
import { AttemptLimiter, type AttemptSource } from './attempt-limiter.ts'
import { isGuess } from './token-errors.ts'

/** Runs attempts to authenticate, and delays those of sources with many failed attempts in a queue. */
export class Attempts {
  readonly #limiter: AttemptLimiter
  readonly #queue: FairQueue

  constructor(limiter: AttemptLimiter = new AttemptLimiter(), queue: FairQueue = new FairQueue()) {
    this.#limiter = limiter
    this.#queue = queue
  }

  /**
   * Runs an attempt. While its source is delayed, a correct credential is still accepted, and every failed attempt gets
   * the same error.
   *
   * @throws HeadgateError `too-many-requests` for a failed attempt of a delayed source, otherwise the error of `attempt`
   */
  async run<T>(source: AttemptSource, attempt: () => Promise<T>): Promise<T> {
    const wait = this.#limiter.secondsToWait(source)
    const leave = wait > 0 ? await this.#queue.enter(source.address) : null
    if (wait > 0 && leave === null)
      throw heldUp(wait, new Error('the queue of delayed token requests is full'))
    try {
      const result = await attempt()
      this.#limiter.succeeded(source)
      return result
    } catch (error) {
      if (!isGuess(error)) throw error
      this.#limiter.failed(source)
      throw wait > 0 ? heldUp(wait, error.cause) : error
    } finally {
      leave?.()
    }
  }
}

function heldUp(seconds: number, cause: unknown): HeadgateError {
  return new HeadgateError(
    'too-many-requests',
    `Too many failed attempts: try again in ${seconds} seconds.`,
    { retryAfterSeconds: seconds, cause },
  )
}
