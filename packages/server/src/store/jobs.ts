import type { Json, JsonObject } from '@headgate/json'
import { stringify } from '@headgate/json'
import { type Queryable, statement } from './sql.ts'

/** A job as its worker gets it. `lease` names this claim: whoever claims the job later gets another one. */
export interface JobRow {
  readonly id: string
  readonly kind: string
  readonly subjectId: string | null
  readonly payload: Json
  readonly progress: JsonObject
  /** Claims since it last made progress, this one included. */
  readonly attempts: number
  readonly lease: string
}

const insert = statement(
  'job_insert',
  `insert into job (id, kind, subject_id, payload) values ($1, $2, $3, $4::jsonb)
   on conflict (kind, subject_id) where finished_at is null do nothing returning id`,
)

/** False: there is an unfinished job of this kind for this subject already. */
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

// A lease that ended belongs to a worker that died: the next one takes the job over, with its progress.
const claim = statement(
  'job_claim',
  `update job set leased_by = $1, leased_until = now() + make_interval(secs => $2), attempts = attempts + 1
   where id = (
     select id from job
     where finished_at is null and run_at <= now() and kind = any($3::text[]) and (leased_until is null or leased_until < now())
     order by run_at, id limit 1 for update skip locked)
   returning id, kind, subject_id as "subjectId", payload, progress, attempts, leased_by as lease`,
)

/** The next job that is due, for `leaseSeconds`; null when there is none. `lease` must be new for each claim. */
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

/** False: somebody else has the job now. */
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

/** Keeps how far it is, and renews the lease. False: somebody else has the job now. */
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

/** Gives a job that failed back, to be tried again after `seconds`. */
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

/** Gives a job back as if it had not been claimed: the server stops. */
export async function releaseJob(sql: Queryable, { id, lease }: Held): Promise<void> {
  await sql.run(release, [id, lease])
}

const forget = statement(
  'job_forget',
  `delete from job where id = any(array(
     select id from job where finished_at < now() - make_interval(secs => $1) limit $2 for update skip locked)) returning 1`,
)

/** Deletes up to `limit` jobs that were finished longer than `seconds` ago; how many it were. */
export async function forgetFinishedJobs(sql: Queryable, seconds: number, limit: number): Promise<number> {
  return (await sql.run(forget, [seconds, limit])).length
}
