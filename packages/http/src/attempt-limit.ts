/** An attempt exceeded its time limit. */
export class AttemptTimeoutError extends Error {
  override readonly name = 'AttemptTimeoutError'
}

/** Longest delay of a timer, in ms. A timer with a longer delay fires at once. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1

/**
 * The time limit of one attempt. Its signal fires when the time is over, or when the signal of the caller fires.
 * While the limit is paused, only the signal of the caller makes it fire.
 */
export class AttemptLimit {
  readonly #controller = new AbortController()
  readonly #ms: number
  readonly #message: string
  readonly #outer: AbortSignal | undefined
  readonly #onAbort = (): void => this.#controller.abort(this.#outer?.reason)
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param message start of the error message, before the time limit: `no answer within` */
  constructor(ms: number, message: string, outer: AbortSignal | undefined) {
    this.#ms = ms
    this.#message = message
    this.#outer = outer
    if (outer?.aborted === true) this.#onAbort()
    // AbortSignal.any is not used: if the signal of the caller exists as long as the process, it would keep the
    // signals of all its past requests in memory.
    else outer?.addEventListener('abort', this.#onAbort, { once: true })
    this.restart()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Starts the time limit again from zero. */
  restart(): void {
    clearTimeout(this.#timer)
    const late = (): void =>
      this.#controller.abort(new AttemptTimeoutError(`${this.#message} ${this.#ms} ms`))
    this.#timer = setTimeout(late, Math.min(this.#ms, MAX_TIMER_MS))
  }

  pause(): void {
    clearTimeout(this.#timer)
  }

  /** Returns the reason of the limit if it fired, else the error. Runtimes differ in the error of an aborted `fetch`. */
  toReason(error: unknown): unknown {
    return this.signal.aborted ? this.signal.reason : error
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#outer?.removeEventListener('abort', this.#onAbort)
  }
}
