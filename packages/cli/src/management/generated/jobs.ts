// Generated from docs/reference/management-openapi.json by `npm run docs`. Do not edit.

import { z } from 'zod'
import type { Client } from '../../connection/client.ts'
import { decodeLater, type DecodedResponse } from '../../connection/response.ts'
import { jobDecoder, type Job } from './schemas.ts'

export type ListJobsQuery = {
  readonly pageToken?: string | undefined
  readonly pageSize?: number | undefined
}

export type ListJobsResponse = { readonly jobs: readonly Job[]; readonly nextPageToken: string | null }

const listJobsResponseDecoder: z.ZodType<ListJobsResponse> = z.object({
  jobs: z.array(jobDecoder),
  nextPageToken: z.string().nullable(),
})

/** Lists background jobs, such as the purge of dropped tables, the newest first. */
export async function listJobs(
  client: Client,
  { query }: { readonly query?: ListJobsQuery | undefined } = {},
): Promise<DecodedResponse<ListJobsResponse>> {
  return decodeLater(
    await client.send({ method: 'GET', path: '/management/v1/jobs', query }),
    listJobsResponseDecoder,
  )
}
