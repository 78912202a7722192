import { momentNow } from '../store/moment.ts'
import type { Queryable } from '../store/sql.ts'

/** A question that has no answer after so long hangs: nobody else should wait for it. */
const patienceMs = 500

/**
 * Knows at which moment the store was when it was last asked, and asks whether it still is: one query at a time, however
 * many want to know, and nobody is told by a query that was sent before the question.
 */
export class Moments {
  readonly #sql: Queryable
  #latest: string | null = null
  #isStill = false
  #running: Promise<unknown> | null = null
  #sentAt = 0
  #next: Promise<string | null> | null = null

  constructor(sql: Queryable) {
    this.#sql = sql
  }

  /** Hears at which moment a query looked. */
  hear(moment: string | null): void {
    this.#isStill = moment !== null && moment === this.#latest
    this.#latest = moment
  }

  /** Whether the question is worth its time: the store was at this moment the last two times, and answers. */
  mayHold(moment: string | null): boolean {
    if (!this.#isStill || moment !== this.#latest) return false
    return this.#running === null || performance.now() - this.#sentAt < patienceMs
  }

  /** Whether the store is at this moment. */
  async holds(moment: string | null): Promise<boolean> {
    this.#next ??= this.#ask()
    return (await this.#next) === moment
  }

  async #ask(): Promise<string | null> {
    await this.#running
    // Others of the same turn share it.
    await new Promise((resolve) => void setImmediate(resolve))
    this.#next = null
    this.#sentAt = performance.now()
    const asked = momentNow(this.#sql)
    this.#running = asked.then(
      () => (this.#running = null),
      () => (this.#running = null),
    )
    const moment = await asked
    this.hear(moment)
    return moment
  }
}
