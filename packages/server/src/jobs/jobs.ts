import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../log.ts'
import { claimJob, finishJob, type JobRow, postponeJob, releaseJob } from '../store/jobs.ts'
import type { Sql } from '../store/sql.ts'
import { WakeSignal } from '../concurrency/wake-signal.ts'
import { type JobRun, LeasedRun, LeaseLost } from './job-run.ts'

/** Runs one job. After a crash, a job may run again from its saved progress, so every step must be repeatable. */
export type JobHandler = (run: JobRun) => Promise<void>

/** Periodic work that any replica may do at any time. A sweep determines itself which rows are due. */
export interface Sweep {
  readonly name: string
  /** Minimum interval in ms between two runs. 0: the sweep also runs at every `wake`. */
  readonly everyMs: number
  /** True: the sweep may take long, so jobs and other sweeps do not wait for it. */
  readonly takesLong?: boolean
  run(signal: AbortSignal): Promise<void>
}

/** Outcome of an attempt at a job. */
export type JobOutcome = 'done' | 'failed' | 'interrupted'

export interface JobsOptions {
  readonly sql: Sql
  readonly log: Log
  /** Handlers by kind of job. Jobs without a handler are left to other replicas. */
  readonly handlers: ReadonlyMap<string, JobHandler>
  readonly sweeps: readonly Sweep[]
  /** Interval in ms at which the worker looks for jobs, even if `wake` is not called. */
  readonly intervalMs: number
  /** Time in ms after which another worker may claim the job of a worker that died. Default 30 s. */
  readonly leaseMs?: number
  /** Maximum number of concurrent jobs in this process. Default 2. */
  readonly concurrency?: number
  readonly observe?: (kind: string, outcome: JobOutcome, milliseconds: number) => void
}

const firstRetryMs = 2_000
const longestRetryMs = 30 * 60_000
const patienceAtEndMs = 10_000

/**
 * Runs background jobs of the database, together with all other replicas: each job is leased to one worker. If
 * that worker dies, another worker continues the job from its saved progress. A job that fails runs again, with
 * increasing delays, until it succeeds.
 *
 * @example
 * ```ts
 * await using jobs = Jobs.start({ sql, log, handlers: new Map([['purge', purge]]), sweeps: [expire], intervalMs: 60_000 })
 * jobs.wake()
 * ```
 */
export class Jobs implements AsyncDisposable {
  readonly #options: JobsOptions
  readonly #leaseMs: number
  readonly #stop = new AbortController()
  readonly #wake = new WakeSignal()
  readonly #running = new Set<Promise<void>>()
  readonly #long = new Map<Sweep, Promise<void>>()
  readonly #sweptAt = new Map<Sweep, number>()
  #loop: Promise<void> = Promise.resolve()
  #retryAt = Infinity

  private constructor(options: JobsOptions) {
    this.#options = options
    this.#leaseMs = options.leaseMs ?? 30_000
  }

  static start(options: JobsOptions): Jobs {
    const jobs = new Jobs(options)
    jobs.#loop = jobs.#work()
    return jobs
  }

  /** Looks for jobs at once, without waiting for the interval. */
  wake(): void {
    this.#wake.notify()
  }

  async #work(): Promise<void> {
    const { intervalMs } = this.#options
    while (!this.#stop.signal.aborted) {
      await this.#sweep()
      await this.#claim()
      const untilRetry = Math.max(0, this.#retryAt - performance.now())
      // The random part keeps replicas that were started together from querying at the same time.
      await this.#wake.wait(Math.min(intervalMs * (0.75 + Math.random() / 4), untilRetry))
      if (this.#retryAt <= performance.now()) this.#retryAt = Infinity
    }
  }

  async #sweep(): Promise<void> {
    for (const sweep of this.#options.sweeps) {
      const now = performance.now()
      if (this.#stop.signal.aborted) return
      if (this.#long.has(sweep) || now - (this.#sweptAt.get(sweep) ?? -Infinity) < sweep.everyMs) continue
      this.#sweptAt.set(sweep, now)
      const run = this.#runSweep(sweep)
      if (sweep.takesLong === true) {
        this.#long.set(
          sweep,
          run.finally(() => this.#long.delete(sweep)),
        )
      } else await run
    }
  }

  async #runSweep(sweep: Sweep): Promise<void> {
    try {
      await sweep.run(this.#stop.signal)
    } catch (error) {
      if (!this.#stop.signal.aborted)
        this.#options.log.error({ err: error, sweep: sweep.name }, 'background work failed')
    }
  }

  async #claim(): Promise<void> {
    const { sql, handlers, log, concurrency = 2 } = this.#options
    while (this.#running.size < concurrency && !this.#stop.signal.aborted) {
      const askedAt = performance.now()
      let row: JobRow | null
      try {
        row = await claimJob(sql, randomUUID(), this.#leaseMs / 1000, [...handlers.keys()])
      } catch (error) {
        log.error({ err: error }, 'background jobs could not be claimed from the database')
        return
      }
      if (row === null) return
      const run = this.#run(row, askedAt).finally(() => {
        this.#running.delete(run)
        this.#wake.notify()
      })
      this.#running.add(run)
    }
  }

  async #run(row: JobRow, askedAt: number): Promise<void> {
    const { sql, handlers, log, observe } = this.#options
    const handler = handlers.get(row.kind)
    if (handler === undefined) return
    const startedAt = performance.now()
    let outcome: JobOutcome = 'done'
    try {
      using run = new LeasedRun(sql, row, { askedAt, milliseconds: this.#leaseMs }, this.#stop.signal)
      await handler(run)
      run.check()
      await finishJob(sql, row)
    } catch (error) {
      outcome = await this.#release(row, error)
    }
    const milliseconds = performance.now() - startedAt
    observe?.(row.kind, outcome, milliseconds)
    log.debug({ job: row.id, kind: row.kind, outcome, milliseconds }, 'a background job finished')
  }

  async #release(row: JobRow, error: unknown): Promise<JobOutcome> {
    const { sql, log } = this.#options
    const job = { job: row.id, kind: row.kind, subject: row.subjectId }
    try {
      if (error instanceof LeaseLost) {
        log.warn(job, 'a background job was claimed by another worker')
        return 'interrupted'
      }
      if (this.#stop.signal.aborted) {
        await releaseJob(sql, row)
        return 'interrupted'
      }
      const delay = retryDelay(row.attempts)
      log.error(
        { ...job, err: error, attempts: row.attempts, retryInMs: Math.round(delay) },
        'a background job failed',
      )
      await postponeJob(sql, row, delay / 1000, toMessage(error))
      this.#retryAt = Math.min(this.#retryAt, performance.now() + delay)
    } catch (failure) {
      // The failure is only logged, because the lease expires anyway.
      log.warn({ ...job, err: failure }, 'the lease of a background job could not be released')
    }
    return this.#stop.signal.aborted ? 'interrupted' : 'failed'
  }

  /** Stops all running jobs. Another replica continues them, or this server after its next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new DOMException('the server stops', 'AbortError'))
    this.#wake.notify()
    const ends = Promise.allSettled([this.#loop, ...this.#running, ...this.#long.values()])
    await Promise.race([ends, sleep(patienceAtEndMs, undefined, { ref: false })])
  }
}

/**
 * Returns the delay in ms before the next attempt. The delay doubles with every attempt. It has a random part, so that
 * jobs that failed at the same time do not all run again at the same time.
 */
function retryDelay(attempts: number): number {
  return Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(attempts - 1, 30)) * (0.5 + Math.random() / 2)
}

function toMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.replaceAll('\u0000', '').slice(0, 1_000)
}
