/** Maximum time in ms between a line and its write. */
const waitMs = 5
/** Number of pending characters that causes an immediate write. */
const maxWaiting = 32 * 1024

/**
 * Writes lines to standard error. It collects the lines of a few milliseconds, because a system call for each
 * line would cost more than the request that it describes.
 */
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
