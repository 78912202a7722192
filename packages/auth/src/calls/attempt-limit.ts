/** An attempt took longer than it may. */
export class AttemptTimeout extends Error {
  override readonly name = 'AttemptTimeout'
}

/** Timers take no more: what is longer would be over at once. */
export const longestTimerMs: number = 2 ** 31 - 1

/**
 * The time limit of one attempt: its signal fires after so many milliseconds, and with the signal of whoever waits. While
 * it is paused, only that signal counts.
 */
export class AttemptLimit {
  readonly #controller = new AbortController()
  readonly #ms: number
  readonly #why: string
  readonly #outer: AbortSignal | undefined
  readonly #onAbort = (): void => this.#controller.abort(this.#outer?.reason)
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param why what it says before the time: `no answer within` */
  constructor(ms: number, why: string, outer: AbortSignal | undefined) {
    this.#ms = ms
    this.#why = why
    this.#outer = outer
    if (outer?.aborted === true) this.#onAbort()
    // Not AbortSignal.any: signals that live as long as the program would keep every request's signal.
    else outer?.addEventListener('abort', this.#onAbort, { once: true })
    this.restart()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Time begins anew. */
  restart(): void {
    clearTimeout(this.#timer)
    const late = (): void => this.#controller.abort(new AttemptTimeout(`${this.#why} ${this.#ms} ms`))
    this.#timer = setTimeout(late, Math.min(this.#ms, longestTimerMs))
  }

  pause(): void {
    clearTimeout(this.#timer)
  }

  /** Why an attempt failed that ended with this error: what `fetch` makes of an abort differs from one place to the next. */
  reasonOf(error: unknown): unknown {
    return this.signal.aborted ? this.signal.reason : error
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#outer?.removeEventListener('abort', this.#onAbort)
  }
}
