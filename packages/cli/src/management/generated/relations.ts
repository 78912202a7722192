// Generated from docs/reference/management-openapi.json by `npm run docs`. Do not edit.

import { z } from 'zod'
import type { Client } from '../../connection/client.ts'
import { path } from '../../connection/path.ts'
import { decodeLater, type DecodedResponse } from '../../connection/response.ts'
import {
  auditEventDecoder,
  metricsReportDecoder,
  relationDecoder,
  type AuditEvent,
  type MetricsReport,
  type Relation,
} from './schemas.ts'

export type GetRelationDetailsQuery = { readonly namespace: readonly string[]; readonly relation: string }

/** Shows a table or view with its ids, owner, protection and location. */
export async function getRelationDetails(
  client: Client,
  { warehouse, query }: { readonly warehouse: string; readonly query: GetRelationDetailsQuery },
): Promise<DecodedResponse<Relation>> {
  return decodeLater(
    await client.send({ method: 'GET', path: path`/management/v1/warehouses/${warehouse}/relation`, query }),
    relationDecoder,
  )
}

export type ListRelationHistoryQuery = {
  readonly namespace: readonly string[]
  readonly relation: string
  readonly pageToken?: string | undefined
  readonly pageSize?: number | undefined
}

export type ListRelationHistoryResponse = {
  readonly events: readonly AuditEvent[]
  readonly nextPageToken: string | null
}

const listRelationHistoryResponseDecoder: z.ZodType<ListRelationHistoryResponse> = z.object({
  events: z.array(auditEventDecoder),
  nextPageToken: z.string().nullable(),
})

/** Lists the audit events of a table or view, newest first, including those under its earlier names. */
export async function listRelationHistory(
  client: Client,
  { warehouse, query }: { readonly warehouse: string; readonly query: ListRelationHistoryQuery },
): Promise<DecodedResponse<ListRelationHistoryResponse>> {
  return decodeLater(
    await client.send({
      method: 'GET',
      path: path`/management/v1/warehouses/${warehouse}/relation/history`,
      query,
    }),
    listRelationHistoryResponseDecoder,
  )
}

export type ListMetricsReportsQuery = {
  readonly namespace: readonly string[]
  readonly relation: string
  readonly pageToken?: string | undefined
  readonly pageSize?: number | undefined
}

export type ListMetricsReportsResponse = {
  readonly reports: readonly MetricsReport[]
  readonly nextPageToken: string | null
}

const listMetricsReportsResponseDecoder: z.ZodType<ListMetricsReportsResponse> = z.object({
  reports: z.array(metricsReportDecoder),
  nextPageToken: z.string().nullable(),
})

/** Lists the scan and commit reports that engines sent for a table, newest first. */
export async function listMetricsReports(
  client: Client,
  { warehouse, query }: { readonly warehouse: string; readonly query: ListMetricsReportsQuery },
): Promise<DecodedResponse<ListMetricsReportsResponse>> {
  return decodeLater(
    await client.send({
      method: 'GET',
      path: path`/management/v1/warehouses/${warehouse}/relation/metrics`,
      query,
    }),
    listMetricsReportsResponseDecoder,
  )
}
