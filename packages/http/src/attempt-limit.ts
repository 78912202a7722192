/** Error of an attempt that exceeded its time limit. */
export class AttemptTimeoutError extends Error {
  override readonly name = 'AttemptTimeoutError'
}

/** Longest delay of a timer, in ms. A timer with a longer delay fires immediately. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1

/**
 * Time limit of one attempt of a request. Its signal is aborted when the time is over, or when the signal of the
 * caller is aborted. While the limit is paused, only the signal of the caller has an effect.
 */
export class AttemptLimit {
  readonly #controller = new AbortController()
  readonly #ms: number
  readonly #message: string
  readonly #outer: AbortSignal | undefined
  readonly #onAbort = (): void => this.#controller.abort(this.#outer?.reason)
  #timer: ReturnType<typeof setTimeout> | undefined

  /**
   * Starts the time limit of an attempt.
   *
   * @param message start of the error message, before the time limit: `no answer within`
   */
  constructor(ms: number, message: string, outer: AbortSignal | undefined) {
    this.#ms = ms
    this.#message = message
    this.#outer = outer
    if (outer?.aborted === true) this.#onAbort()
    // AbortSignal.any is not used, because a signal of the caller that exists as long as the process would keep the
    // signals of all past requests in memory.
    else outer?.addEventListener('abort', this.#onAbort, { once: true })
    this.restart()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Starts the time limit again, with its full duration. */
  restart(): void {
    clearTimeout(this.#timer)
    const late = (): void =>
      this.#controller.abort(new AttemptTimeoutError(`${this.#message} ${this.#ms} ms`))
    this.#timer = setTimeout(late, Math.min(this.#ms, MAX_TIMER_MS))
  }

  pause(): void {
    clearTimeout(this.#timer)
  }

  /**
   * Returns the reason of the signal if it is aborted, otherwise the error. The error of an aborted `fetch` is not
   * used, because it differs between runtimes.
   */
  toReason(error: unknown): unknown {
    return this.signal.aborted ? this.signal.reason : error
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#outer?.removeEventListener('abort', this.#onAbort)
  }
}
