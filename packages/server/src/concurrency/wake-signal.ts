const maxTimerMs = 2 ** 31 - 1

/**
 * Wait with a time limit that can be ended early. If no caller waits when `notify` is called, the next wait ends
 * immediately. Supports one waiting caller at a time.
 */
export class WakeSignal {
  #notified = false
  #wake: (() => void) | undefined

  /** Ends the current wait. If no caller waits, ends the next wait immediately. */
  notify(): void {
    this.#notified = true
    this.#wake?.()
  }

  /**
   * Resolves after this time, or as soon as `notify` is called. Resolves immediately if `notify` was called since the
   * previous wait.
   */
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
