import { type Queryable, statement } from './sql.ts'

/** Background job for a list. Times are epoch ms. */
export interface ListedJobRow {
  readonly id: string
  readonly kind: string
  readonly subjectId: string | null
  readonly state: 'running' | 'due' | 'waiting' | 'done'
  readonly attempts: number
  readonly createdAt: number
  readonly runAt: number
  readonly finishedAt: number | null
  readonly lastError: string | null
}

const page = statement(
  'job-list-page',
  `select id, kind, subject_id as "subjectId", attempts, date_trunc('milliseconds', created_at) as "createdAt",
     run_at as "runAt", finished_at as "finishedAt", last_error as "lastError",
     case when finished_at is not null then 'done' when leased_until > now() then 'running'
       when run_at <= now() then 'due' else 'waiting' end as state
   from job
   where $1::float8 is null or (date_trunc('milliseconds', created_at), id) < (to_timestamp($1 / 1000), $2::uuid)
   order by date_trunc('milliseconds', created_at) desc, id desc limit $3`,
)

/**
 * Returns a page of the jobs, the newest first.
 *
 * @param after creation time in epoch ms and id of the last job of the previous page
 */
export function listJobRows(
  sql: Queryable,
  after: readonly [number, string] | null,
  limit: number,
): Promise<ListedJobRow[]> {
  const [createdAt = null, id = null] = after ?? []
  return sql.run<ListedJobRow>(page, [createdAt, id, limit])
}
