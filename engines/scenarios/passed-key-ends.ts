/**
 * Counts the ends of storage keys that the statements of a session have passed. It compares times only: a statement passes an
 * end when it succeeds and begins at least one key lifetime after an earlier statement ended, because the keys of the earlier
 * statement have expired. Several ends between two statements count once.
 */
export class PassedKeyEnds {
  readonly #now: () => number
  #passed = 0
  /** End of the last statement that counts, in ms. Its keys are older. */
  #usedUntil: number | null = null

  /** @param now ms of a clock that never goes back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  get passed(): number {
    return this.#passed
  }

  /** Runs a statement whose keys live for `lifeMs` at most. */
  async run<T>(lifeMs: number, statement: () => Promise<T>): Promise<T> {
    const began = this.#now()
    const result = await statement()
    const ended = this.#now()
    if (this.#usedUntil === null) this.#usedUntil = ended
    else if (began - this.#usedUntil >= lifeMs) {
      this.#passed += 1
      this.#usedUntil = ended
    }
    return result
  }
}
