/** One at a time, in the order in which they come. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  /** Does the work when all that came before is done, however that ended. */
  next<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work)
    this.#last = result.catch(() => undefined)
    return result
  }
}
