const maxTimerMs = 2 ** 31 - 1

/** Ends a timed wait early. A `notify` without a waiter ends the next wait at once. For one waiter at a time. */
export class WakeSignal {
  #notified = false
  #wake: (() => void) | undefined

  /** Ends the current wait, or the next one. */
  notify(): void {
    this.#notified = true
    this.#wake?.()
  }

  /** Resolves after the time, or at the first `notify` since the previous wait. */
  async wait(milliseconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    if (!this.#notified) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        timer = setTimeout(resolve, Math.min(milliseconds, maxTimerMs)).unref()
      })
    }
    clearTimeout(timer)
    this.#notified = false
    this.#wake = undefined
  }
}
