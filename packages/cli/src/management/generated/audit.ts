// Generated from docs/reference/management-openapi.json by `npm run docs`. Do not edit.

import { z } from 'zod'
import type { Client } from '../../connection/client.ts'
import { decodeLater, type DecodedResponse } from '../../connection/response.ts'
import type { OpenEnum } from '../open-enum.ts'
import { auditEventDecoder, type AuditEvent } from './schemas.ts'

export type QueryAuditQuery = {
  readonly from?: string | undefined
  readonly until?: string | undefined
  readonly principal?: string | undefined
  readonly engine?: string | undefined
  readonly operation?: string | undefined
  readonly outcome?: OpenEnum<'allowed' | 'denied' | 'failed'> | undefined
  readonly object?: string | undefined
  readonly securableId?: string | undefined
  readonly warehouse?: string | undefined
  readonly namespace?: readonly string[] | undefined
  readonly relation?: string | undefined
  readonly queryId?: string | undefined
  readonly requestId?: string | undefined
  readonly order?: OpenEnum<'newest' | 'oldest'> | undefined
  readonly pageToken?: string | undefined
  readonly pageSize?: number | undefined
}

export type QueryAuditResponse = {
  readonly events: readonly AuditEvent[]
  readonly nextPageToken: string | null
}

const queryAuditResponseDecoder: z.ZodType<QueryAuditResponse> = z.object({
  events: z.array(auditEventDecoder),
  nextPageToken: z.string().nullable(),
})

/** Lists audit events from the database. */
export async function queryAudit(
  client: Client,
  { query }: { readonly query?: QueryAuditQuery | undefined } = {},
): Promise<DecodedResponse<QueryAuditResponse>> {
  return decodeLater(
    await client.send({ method: 'GET', path: '/management/v1/audit', query }),
    queryAuditResponseDecoder,
  )
}
