/** Nothing moved for too long. */
export class IdleTimeout extends Error {
  override readonly name = 'IdleTimeout'
}

/**
 * A time limit on standing still: it fires when nothing was reported for so long. It also fires with the signal of
 * whoever waits. While it is paused, only that signal counts.
 */
export class IdleLimit {
  readonly #controller = new AbortController()
  readonly #ms: number
  readonly #outer: AbortSignal | undefined
  readonly #onAbort = (): void => this.#controller.abort(this.#outer?.reason)
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(ms: number, outer: AbortSignal | undefined) {
    this.#ms = ms
    this.#outer = outer
    if (outer?.aborted === true) this.#onAbort()
    // Not AbortSignal.any: signals that live as long as the program would keep every request's signal.
    else outer?.addEventListener('abort', this.#onAbort, { once: true })
    this.moved()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Something moved, or may move from here on. */
  moved(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(
      () => this.#controller.abort(new IdleTimeout(`nothing moved for ${this.#ms} ms`)),
      this.#ms,
    )
  }

  pause(): void {
    clearTimeout(this.#timer)
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#outer?.removeEventListener('abort', this.#onAbort)
  }
}
