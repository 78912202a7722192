import type { Json, JsonObject } from '@headgate/json'
import { stringify } from '@headgate/json'
import { type Queryable, statement } from './sql.ts'

/**
 * Background job that a worker has claimed. `lease` identifies this claim: when another worker claims the job
 * later, the job gets another lease.
 */
export interface JobRow {
  readonly id: string
  readonly kind: string
  readonly subjectId: string | null
  readonly payload: Json
  readonly progress: JsonObject
  /** Number of times that workers have claimed the job since it last made progress, including the current claim. */
  readonly attempts: number
  readonly lease: string
}

const insert = statement(
  'job_insert',
  `insert into job (id, kind, subject_id, payload) values ($1, $2, $3, $4::jsonb)
   on conflict (kind, subject_id) where finished_at is null do nothing returning id`,
)

/** Adds a job. Returns false when an unfinished job of this kind exists for this subject. */
export async function insertJob(
  sql: Queryable,
  job: {
    readonly id: string
    readonly kind: string
    readonly subjectId: string
    readonly payload: JsonObject
  },
): Promise<boolean> {
  return (await sql.run(insert, [job.id, job.kind, job.subjectId, stringify(job.payload)])).length === 1
}

// A job whose lease has expired can be claimed again, because its worker has stopped. The next worker continues from
// the stored progress.
const claim = statement(
  'job_claim',
  `update job set leased_by = $1, leased_until = now() + make_interval(secs => $2), attempts = attempts + 1
   where id = (
     select id from job
     where finished_at is null and run_at <= now() and kind = any($3::text[]) and (leased_until is null or leased_until < now())
     order by run_at, id limit 1 for update skip locked)
   returning id, kind, subject_id as "subjectId", payload, progress, attempts, leased_by as lease`,
)

/**
 * Claims the next due job for `leaseSeconds`. Returns null when no job is due. The caller passes a new random `lease`
 * for each claim.
 */
export async function claimJob(
  sql: Queryable,
  lease: string,
  leaseSeconds: number,
  kinds: readonly string[],
): Promise<JobRow | null> {
  return (await sql.run<JobRow>(claim, [lease, leaseSeconds, kinds]))[0] ?? null
}

type Held = Pick<JobRow, 'id' | 'lease'>

const renew = statement(
  'job_renew',
  `update job set leased_until = now() + make_interval(secs => $3) where id = $1 and leased_by = $2 and finished_at is null returning id`,
)

/** Renews the lease of a job. Returns false when another worker has claimed the job. */
export async function renewLease(
  sql: Queryable,
  { id, lease }: Held,
  leaseSeconds: number,
): Promise<boolean> {
  return (await sql.run(renew, [id, lease, leaseSeconds])).length === 1
}

const save = statement(
  'job_save',
  `update job set progress = $3::jsonb, attempts = 1, leased_until = now() + make_interval(secs => $4)
   where id = $1 and leased_by = $2 and finished_at is null returning id`,
)

/** Stores the progress of a job and renews its lease. Returns false when another worker has claimed the job. */
export async function saveProgress(
  sql: Queryable,
  { id, lease }: Held,
  progress: JsonObject,
  leaseSeconds: number,
): Promise<boolean> {
  return (await sql.run(save, [id, lease, stringify(progress), leaseSeconds])).length === 1
}

const finish = statement(
  'job_finish',
  `update job set finished_at = now(), leased_by = null, leased_until = null, last_error = null
   where id = $1 and leased_by = $2 and finished_at is null returning id`,
)

export async function finishJob(sql: Queryable, { id, lease }: Held): Promise<boolean> {
  return (await sql.run(finish, [id, lease])).length === 1
}

const postpone = statement(
  'job_postpone',
  `update job set run_at = now() + make_interval(secs => $3), last_error = $4, leased_by = null, leased_until = null
   where id = $1 and leased_by = $2 and finished_at is null returning id`,
)

/** Releases a failed job, so that a worker retries it after `seconds`. */
export async function postponeJob(
  sql: Queryable,
  { id, lease }: Held,
  seconds: number,
  error: string,
): Promise<void> {
  await sql.run(postpone, [id, lease, seconds, error])
}

const release = statement(
  'job_release',
  `update job set attempts = greatest(attempts - 1, 0), leased_by = null, leased_until = null
   where id = $1 and leased_by = $2 and finished_at is null`,
)

/** Releases a job when the server stops. The claim does not count as an attempt. */
export async function releaseJob(sql: Queryable, { id, lease }: Held): Promise<void> {
  await sql.run(release, [id, lease])
}

const forget = statement(
  'job_forget',
  `delete from job where id = any(array(
     select id from job where finished_at < now() - make_interval(secs => $1) limit $2 for update skip locked)) returning 1`,
)

/** Deletes up to `limit` jobs that were finished more than `seconds` ago. Returns the number of deleted rows. */
export async function forgetFinishedJobs(sql: Queryable, seconds: number, limit: number): Promise<number> {
  return (await sql.run(forget, [seconds, limit])).length
}
