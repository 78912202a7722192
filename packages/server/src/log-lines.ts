/** Writes lines to standard error, those of one turn together: a system call for each would cost more than its request. */
export class LogLines implements Disposable {
  #waiting = ''

  write(line: string): void {
    if (this.#waiting === '') setImmediate(() => this.flush())
    this.#waiting += `${line}\n`
  }

  flush(): void {
    if (this.#waiting === '') return
    process.stderr.write(this.#waiting)
    this.#waiting = ''
  }

  [Symbol.dispose](): void {
    this.flush()
  }
}
