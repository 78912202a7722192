import type { Json, JsonObject } from '@headgate/json'
import type { JobRow } from '../store/jobs.ts'
import { renewLease, saveProgress } from '../store/jobs.ts'
import type { Sql } from '../store/sql.ts'

/** The lease of a job passed to somebody else, or could not be renewed in time: stop, touch nothing more. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

/** One job in the hands of its worker, for as long as the lease is ours. */
export interface JobRun {
  readonly id: string
  readonly subjectId: string | null
  readonly payload: Json
  /** As it was saved last, by this run or by an earlier one that died. */
  readonly progress: JsonObject
  /** Claims since it last made progress, this one included. */
  readonly attempts: number
  /** Aborts when the server stops or the lease is lost. */
  readonly signal: AbortSignal
  /** Throws when the job is not ours any more. Call before every step that changes something. */
  check(): void
  /** Keeps how far the job is: whoever goes on with it starts there. */
  save(progress: JsonObject): Promise<void>
}

/** Holds the lease of one claimed job: renews it in the background, and aborts the run when it is lost. */
export class LeasedRun implements JobRun, Disposable {
  readonly id: string
  readonly subjectId: string | null
  readonly payload: Json
  progress: JsonObject
  readonly attempts: number
  readonly signal: AbortSignal
  readonly #sql: Sql
  readonly #row: JobRow
  readonly #leaseMs: number
  readonly #lost = new AbortController()
  readonly #timer: NodeJS.Timeout
  /** By the monotonic clock, counted from before the lease was asked for: never later than the store's own. */
  #until: number
  #renewing = false

  constructor(
    sql: Sql,
    row: JobRow,
    lease: { readonly askedAt: number; readonly milliseconds: number },
    stop: AbortSignal,
  ) {
    this.id = row.id
    this.subjectId = row.subjectId
    this.payload = row.payload
    this.progress = row.progress
    this.attempts = row.attempts
    this.#sql = sql
    this.#row = row
    this.#leaseMs = lease.milliseconds
    this.#until = lease.askedAt + lease.milliseconds
    this.signal = AbortSignal.any([stop, this.#lost.signal])
    this.#timer = setInterval(() => void this.#renew(), lease.milliseconds / 3).unref()
  }

  check(): void {
    // A process that was stopped for a while must notice before its timers do.
    if (performance.now() >= this.#until) this.#lose()
    this.signal.throwIfAborted()
  }

  async save(progress: JsonObject): Promise<void> {
    this.check()
    const askedAt = performance.now()
    if (!(await saveProgress(this.#sql, this.#row, progress, this.#leaseMs / 1000))) this.#lose()
    this.signal.throwIfAborted()
    this.#until = askedAt + this.#leaseMs
    this.progress = progress
  }

  async #renew(): Promise<void> {
    if (this.#renewing || this.signal.aborted) return
    this.#renewing = true
    const askedAt = performance.now()
    try {
      if (await renewLease(this.#sql, this.#row, this.#leaseMs / 1000)) this.#until = askedAt + this.#leaseMs
      else this.#lose()
    } catch {
      // The store is away: the lease holds until its end, perhaps the next renewal comes in time.
      if (performance.now() >= this.#until) this.#lose()
    } finally {
      this.#renewing = false
    }
  }

  #lose(): void {
    this.#lost.abort(new LeaseLost('the lease of this job has passed'))
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }
}
