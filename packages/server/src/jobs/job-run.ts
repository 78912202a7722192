import type { Json, JsonObject } from '@headgate/json'
import type { JobRow } from '../store/jobs.ts'
import { renewLease, saveProgress } from '../store/jobs.ts'
import type { Sql } from '../store/sql.ts'

/**
 * Error of a run whose lease was lost or could not be renewed in time. The run must stop without further
 * changes.
 */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

/** Run of one background job. The run may make changes while its worker holds the lease of the job. */
export interface JobRun {
  readonly id: string
  readonly subjectId: string | null
  readonly payload: Json
  /** Last saved progress of the job, from this run or an earlier one that was interrupted. */
  readonly progress: JsonObject
  /** Number of claims since the job last made progress, including the current claim. */
  readonly attempts: number
  /** Aborts when the server stops or the lease is lost. */
  readonly signal: AbortSignal
  /** Throws when the lease is lost. Call it before every step that changes something. */
  check(): void
  /** Saves the progress of the job. A later run continues from the saved progress. */
  save(progress: JsonObject): Promise<void>
}

/** Holds the lease of one claimed job. Renews it in the background, and aborts the run when the lease is lost. */
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
  /**
   * End of the lease by the monotonic clock. The end is computed from the time before the request for the lease, so it
   * is never later than the end in the database.
   */
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
    // After a process was suspended, its timers run late, so the end of the lease is also checked here.
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
      // The database is unavailable. The lease is valid until its end, and the next renewal may succeed.
      if (performance.now() >= this.#until) this.#lose()
    } finally {
      this.#renewing = false
    }
  }

  #lose(): void {
    this.#lost.abort(new LeaseLost('the lease of this job was lost'))
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }
}
