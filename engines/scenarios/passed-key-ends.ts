/**
 * Counts how often the storage keys of a session expired and a later statement succeeded. It compares times only: an
 * expiry counts when a statement succeeds that begins at least one key lifetime after an earlier statement ended,
 * because the keys of the earlier statement have expired then. Several expiries between two statements count once.
 */
export class PassedKeyEnds {
  readonly #now: () => number
  #passed = 0
  /** Time in ms at which the last counted statement ended. Its storage keys were issued before this time. */
  #usedUntil: number | null = null

  /**
   * Creates a counter with zero expiries.
   *
   * @param now returns the ms of a monotonic clock
   */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  get passed(): number {
    return this.#passed
  }

  /** Runs a statement, and counts the expiry of keys before it. `lifeMs` is the maximum lifetime of storage keys. */
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
