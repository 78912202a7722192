import { setImmediate as turn } from 'node:timers/promises'
import { momentNow, runOf } from '../store/moment.ts'
import type { Queryable } from '../store/sql.ts'

/** How long anybody waits for an answer, ms. A question that hangs keeps nobody from asking for the rows. */
const defaultPatienceMs = 500

/**
 * Knows at which moment the store was when it was last asked, and asks whether it still is: one query at a time, however
 * many want to know, and nobody is told by a query that was sent before the question.
 */
export class Moments {
  readonly #sql: Queryable
  readonly #patienceMs: number
  readonly #onNewRun: () => void
  #latest: string | null = null
  #run: string | null = null
  #isStill = false
  #running: Promise<string | null> | null = null
  #sentAt = 0
  #next: Promise<string | null> | null = null

  /** @param onNewRun called when a query came from another run of the database server than the one before */
  constructor(
    sql: Queryable,
    patienceMs: number = defaultPatienceMs,
    onNewRun: () => void = () => undefined,
  ) {
    this.#sql = sql
    this.#patienceMs = patienceMs
    this.#onNewRun = onNewRun
  }

  /** Hears at which moment a query looked. */
  hear(moment: string | null): void {
    this.#isStill = moment !== null && moment === this.#latest
    this.#latest = moment
    if (moment !== null && !this.#isStill) this.#noteRun(runOf(moment))
  }

  #noteRun(run: string): void {
    const isNew = this.#run !== null && this.#run !== run
    this.#run = run
    if (isNew) this.#onNewRun()
  }

  /** Whether the question is worth its time: the store was at this moment the last two times, and answers. */
  mayHold(moment: string | null): boolean {
    if (!this.#isStill || moment !== this.#latest) return false
    return this.#running === null || this.#patienceLeft() > 0
  }

  /** Whether the store is at this moment. It is not known to be where the question fails, or has no answer in time. */
  async holds(moment: string | null): Promise<boolean> {
    this.#next ??= this.#ask()
    const now = await this.#next
    return now !== null && now === moment
  }

  async #ask(): Promise<string | null> {
    if (this.#running !== null) await this.#inTime(this.#running)
    // Others of the same turn share it.
    await turn()
    this.#next = null
    if (this.#running !== null) return null
    this.#sentAt = performance.now()
    this.#running = this.#answer()
    return await this.#inTime(this.#running)
  }

  async #answer(): Promise<string | null> {
    // What is wrong is told to those who ask for the rows then.
    const moment = await momentNow(this.#sql).catch(() => null)
    this.#running = null
    this.hear(moment)
    return moment
  }

  async #inTime(answer: Promise<string | null>): Promise<string | null> {
    const { promise: late, resolve } = Promise.withResolvers<null>()
    const timer = setTimeout(resolve, this.#patienceLeft(), null)
    try {
      return await Promise.race([answer, late])
    } finally {
      clearTimeout(timer)
    }
  }

  #patienceLeft(): number {
    return this.#sentAt + this.#patienceMs - performance.now()
  }
}
