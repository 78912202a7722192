import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../log.ts'
import { claimJob, finishJob, type JobRow, postponeJob, releaseJob } from '../store/jobs.ts'
import type { Sql } from '../store/sql.ts'
import { Bell } from './bell.ts'
import { type JobRun, LeasedRun, LeaseLost } from './job-run.ts'

/** Does one job. May be run again from its saved progress after any crash, so every step must bear repetition. */
export type JobHandler = (run: JobRun) => Promise<void>

/** Work that any replica may do at any time: it finds what is due by itself. */
export interface Sweep {
  readonly name: string
  /** How often; it runs with every `wake` too when this is 0. */
  readonly everyMs: number
  /** It may take long: jobs and other sweeps do not wait for it. */
  readonly takesLong?: boolean
  run(signal: AbortSignal): Promise<void>
}

/** What became of an attempt at a job. */
export type JobOutcome = 'done' | 'failed' | 'interrupted'

export interface JobsOptions {
  readonly sql: Sql
  readonly log: Log
  /** By kind of job. Kinds of which there is no handler are left to other replicas. */
  readonly handlers: ReadonlyMap<string, JobHandler>
  readonly sweeps: readonly Sweep[]
  /** How often to look for work that nobody announced. */
  readonly intervalMs: number
  /** How long a job stays with a worker that has died. Default 30 s. */
  readonly leaseMs?: number
  /** Jobs at the same time, in this process. Default 2. */
  readonly concurrency?: number
  readonly observe?: (kind: string, outcome: JobOutcome, milliseconds: number) => void
}

const firstRetryMs = 2_000
const longestRetryMs = 30 * 60_000
const patienceAtEndMs = 10_000

/**
 * Runs background jobs out of the store, together with all other replicas: each job is leased to one worker, and goes
 * on elsewhere from its saved progress when that worker dies. A job that fails is tried again, later each time, until
 * it works.
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
  readonly #bell = new Bell()
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

  /** There is work: do not wait for the next turn. */
  wake(): void {
    this.#bell.ring()
  }

  async #work(): Promise<void> {
    const { intervalMs } = this.#options
    while (!this.#stop.signal.aborted) {
      await this.#sweep()
      await this.#claim()
      const untilRetry = Math.max(0, this.#retryAt - performance.now())
      // Replicas that were started together should not look at the same moment for ever.
      await this.#bell.wait(Math.min(intervalMs * (0.75 + Math.random() / 4), untilRetry))
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
        log.error({ err: error }, 'background jobs could not be read')
        return
      }
      if (row === null) return
      const run = this.#run(row, askedAt).finally(() => {
        this.#running.delete(run)
        this.#bell.ring()
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
      outcome = await this.#giveBack(row, error)
    }
    const milliseconds = performance.now() - startedAt
    observe?.(row.kind, outcome, milliseconds)
    log.debug({ job: row.id, kind: row.kind, outcome, milliseconds }, 'a background job ended')
  }

  async #giveBack(row: JobRow, error: unknown): Promise<JobOutcome> {
    const { sql, log } = this.#options
    const job = { job: row.id, kind: row.kind, subject: row.subjectId }
    try {
      if (error instanceof LeaseLost) {
        log.warn(job, 'a background job was taken over by another worker')
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
      await postponeJob(sql, row, delay / 1000, messageOf(error))
      this.#retryAt = Math.min(this.#retryAt, performance.now() + delay)
    } catch (failure) {
      // The lease ends by itself.
      log.warn({ ...job, err: failure }, 'a background job could not be given back')
    }
    return this.#stop.signal.aborted ? 'interrupted' : 'failed'
  }

  /** Lets every job stop where it is; another replica, or the next start, goes on with it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new DOMException('the server stops', 'AbortError'))
    this.#bell.ring()
    const ends = Promise.allSettled([this.#loop, ...this.#running, ...this.#long.values()])
    await Promise.race([ends, sleep(patienceAtEndMs, undefined, { ref: false })])
  }
}

/** Doubles with every attempt; random, so that what failed together does not come back together. */
function retryDelay(attempts: number): number {
  return Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(attempts - 1, 30)) * (0.5 + Math.random() / 2)
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.replaceAll('\u0000', '').slice(0, 1_000)
}
