import { z } from 'zod'
import { type JobView, listJobs } from '../jobs/list-jobs.ts'
import { administerServer, type ManagementDeps } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { readPage } from './paging.ts'
import { formatInstant, id, instant, nextPageToken, pageParameters } from './schemas.ts'

interface JobEntry {
  readonly id: string
  readonly kind: string
  readonly subjectId: string | null
  readonly state: JobView['state']
  readonly attempts: number
  readonly createdAt: string
  readonly runAt: string
  readonly finishedAt: string | null
  readonly lastError: string | null
}

const jobView: z.ZodType<JobEntry> = z
  .strictObject({
    id,
    kind: z.string(),
    subjectId: id.nullable().describe('Id of the object that the job is for.'),
    state: z
      .enum(['running', 'due', 'waiting', 'done'])
      .describe('`waiting`: the job failed, or is for later, and runs at `runAt`.'),
    attempts: z.number().int().describe('Attempts since the job last made progress.'),
    createdAt: instant,
    runAt: instant.describe('Earliest time of the next attempt.'),
    finishedAt: instant.nullable(),
    lastError: z.string().nullable().describe('Error of the last attempt.'),
  })
  .meta({ id: 'Job' })

/** Returns the operation that lists background jobs. */
export function jobOperations({ sql, pageTokens }: ManagementDeps): readonly ManagementOperation[] {
  return [
    defineOperation({
      id: 'listJobs',
      method: 'GET',
      path: '/management/v1/jobs',
      subject: 'jobs',
      summary: 'Lists background jobs, such as the purge of dropped tables, the newest first.',
      query: z.strictObject(pageParameters),
      response: {
        status: 200,
        schema: z.strictObject({ jobs: z.array(jobView), nextPageToken }),
        description: 'One page. Finished jobs are deleted after some days.',
      },
      async run({ query }, call) {
        administerServer(call)
        const { rows, nextPageToken } = await readPage(
          pageTokens,
          { list: 'jobs', ...query },
          ([createdAt, after], limit) =>
            listJobs(
              sql,
              createdAt === undefined || after === undefined ? null : [Number(createdAt), after],
              limit,
            ),
          (row) => [String(row.createdAt), row.id],
        )
        return { jobs: rows.map(toView), nextPageToken }
      },
    }),
  ]
}

function toView({ createdAt, runAt, finishedAt, ...job }: JobView): JobEntry {
  return {
    ...job,
    createdAt: formatInstant(createdAt),
    runAt: formatInstant(runAt),
    finishedAt: finishedAt === null ? null : formatInstant(finishedAt),
  }
}
