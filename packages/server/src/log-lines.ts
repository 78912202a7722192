/** Time in ms that a line waits for others. */
const waitMs = 5
/** Number of characters that are written at once. */
const maxWaiting = 32 * 1024

/** Writes lines to standard error, those of a few milliseconds together: a system call for each would cost more than its request. */
export class LogLines implements Disposable {
  #waiting = ''
  #timer: NodeJS.Timeout | undefined

  write(line: string): void {
    this.#waiting += `${line}\n`
    if (this.#waiting.length >= maxWaiting) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), waitMs)
  }

  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#waiting === '') return
    process.stderr.write(this.#waiting)
    this.#waiting = ''
  }

  [Symbol.dispose](): void {
    this.flush()
  }
}
