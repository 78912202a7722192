import { setTimeout as sleep } from 'node:timers/promises'
import type { Sql } from '../../src/store/sql.ts'
import { statement } from '../../src/store/sql.ts'
import { expireSweep } from '../../src/jobs/expire.ts'
import { Jobs, type JobsOptions } from '../../src/jobs/jobs.ts'
import { purgeHandler, type PurgeDeps } from '../../src/jobs/purge/purge.ts'

/** Starts the jobs of a server, with short intervals. */
export function startTestJobs(deps: PurgeDeps, options: Partial<JobsOptions> = {}): Jobs {
  return Jobs.start({
    sql: deps.sql,
    log: deps.log,
    handlers: new Map([['purge', purgeHandler(deps)]]),
    sweeps: [expireSweep(deps.sql)],
    intervalMs: 50,
    ...options,
  })
}

export async function until(condition: () => Promise<boolean> | boolean, timeoutMs = 20_000): Promise<void> {
  for (const end = performance.now() + timeoutMs; performance.now() < end; await sleep(10)) {
    if (await condition()) return
  }
  throw new Error('the condition was not true in time')
}

const rowById = statement('test_relation_row', 'select dropped_at from relation where id = $1')
const jobsBySubject = statement(
  'test_jobs_of',
  `select id, attempts, progress, last_error as "lastError", finished_at as "finishedAt", leased_until as "leasedUntil", run_at as "runAt"
   from job where subject_id = $1 order by created_at`,
)
const eventsBySecurable = statement(
  'test_events_of',
  'select operation, principal, object, detail, outcome from audit where securable_id = $1 order by id',
)

export async function relationExists(sql: Sql, id: string): Promise<boolean> {
  return (await sql.run(rowById, [id])).length > 0
}

export interface TestJobRow {
  readonly id: string
  readonly attempts: number
  readonly progress: Record<string, unknown>
  readonly lastError: string | null
  readonly finishedAt: number | null
  readonly leasedUntil: number | null
  readonly runAt: number
}

export function jobsFor(sql: Sql, subjectId: string): Promise<TestJobRow[]> {
  return sql.run<TestJobRow>(jobsBySubject, [subjectId])
}

export interface TestEvent {
  readonly operation: string
  readonly principal: string
  readonly object: string
  readonly detail: Record<string, unknown>
  readonly outcome: string
}

export function eventsFor(sql: Sql, id: string): Promise<TestEvent[]> {
  return sql.run<TestEvent>(eventsBySecurable, [id])
}

/** Runs jobs until a condition is true. */
export async function runFor(
  deps: PurgeDeps,
  options: Partial<JobsOptions>,
  condition: () => Promise<boolean>,
): Promise<void> {
  await using _ = startTestJobs(deps, options)
  await until(condition)
}

/** Runs the jobs until the row of the relation is deleted. */
export async function runUntilGone(deps: PurgeDeps, id: string): Promise<void> {
  await using _ = startTestJobs(deps)
  await until(async () => !(await relationExists(deps.sql, id)))
}
