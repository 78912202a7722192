import { setTimeout as sleep } from 'node:timers/promises'
import type { Sql } from '../store/sql.ts'
import { statement } from '../store/sql.ts'
import { expireSweep } from './expire.ts'
import { Jobs, type JobsOptions } from './jobs.ts'
import { purgeHandler, type PurgeParts } from './purge/purge.ts'

/** The jobs of a server, quick ones. */
export function startTestJobs(parts: PurgeParts, options: Partial<JobsOptions> = {}): Jobs {
  return Jobs.start({
    sql: parts.sql,
    log: parts.log,
    handlers: new Map([['purge', purgeHandler(parts)]]),
    sweeps: [expireSweep(parts.sql)],
    intervalMs: 50,
    ...options,
  })
}

export async function until(condition: () => Promise<boolean> | boolean, timeoutMs = 20_000): Promise<void> {
  for (const end = performance.now() + timeoutMs; performance.now() < end; await sleep(10)) {
    if (await condition()) return
  }
  throw new Error('this did not happen in time')
}

const rowOf = statement('test_relation_row', 'select dropped_at from relation where id = $1')
const jobsOf = statement(
  'test_jobs_of',
  `select id, attempts, progress, last_error as "lastError", finished_at as "finishedAt", leased_until as "leasedUntil", run_at as "runAt"
   from job where subject_id = $1 order by created_at`,
)
const eventsOf = statement(
  'test_events_of',
  'select operation, principal, object, detail, outcome from audit where securable_id = $1 order by id',
)

export async function relationExists(sql: Sql, id: string): Promise<boolean> {
  return (await sql.run(rowOf, [id])).length > 0
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
  return sql.run<TestJobRow>(jobsOf, [subjectId])
}

export interface TestEvent {
  readonly operation: string
  readonly principal: string
  readonly object: string
  readonly detail: Record<string, unknown>
  readonly outcome: string
}

export function eventsFor(sql: Sql, id: string): Promise<TestEvent[]> {
  return sql.run<TestEvent>(eventsOf, [id])
}

/** Runs jobs until a condition holds. */
export async function runFor(
  parts: PurgeParts,
  options: Partial<JobsOptions>,
  condition: () => Promise<boolean>,
): Promise<void> {
  await using _ = startTestJobs(parts, options)
  await until(condition)
}

/** Runs the jobs until the relation is forgotten. */
export async function runUntilGone(parts: PurgeParts, id: string): Promise<void> {
  await using _ = startTestJobs(parts)
  await until(async () => !(await relationExists(parts.sql, id)))
}
