/** Waits for a time or until it is rung. A ring while nobody waits ends the next wait at once. */
export class Bell {
  #rung = false
  #hear: (() => void) | undefined

  ring(): void {
    this.#rung = true
    this.#hear?.()
  }

  async wait(milliseconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        this.#hear = resolve
        timer = setTimeout(resolve, Math.min(milliseconds, 2 ** 31 - 1)).unref()
      })
    }
    clearTimeout(timer)
    this.#rung = false
    this.#hear = undefined
  }
}
