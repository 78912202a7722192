// Generated from docs/reference/management-openapi.json by `npm run docs`. Do not edit.

import { z } from 'zod'
import type { Client } from '../../connection/client.ts'
import { path } from '../../connection/path.ts'
import { decodeLater, type DecodedResponse } from '../../connection/response.ts'
import type { OpenEnum } from '../open-enum.ts'
import {
  accessExplanationDecoder,
  auditEventDecoder,
  type AccessExplanation,
  type AuditEvent,
} from './schemas.ts'

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

export type ExplainEventResponse = {
  readonly event: AuditEvent
  readonly now: AccessExplanation | null
  readonly unexplained: OpenEnum<
    'not-identified' | 'principal-removed' | 'no-object' | 'object-removed' | 'no-privilege'
  > | null
  readonly claimedIssuerConfigured: boolean | null
  readonly changes: readonly AuditEvent[]
}

const explainEventResponseDecoder: z.ZodType<ExplainEventResponse> = z.object({
  event: auditEventDecoder,
  now: accessExplanationDecoder.nullable(),
  unexplained: z.string().nullable(),
  claimedIssuerConfigured: z.boolean().nullable(),
  changes: z.array(auditEventDecoder),
})

/** Explains an audit event: the decision then, the decision for the same principal, engine and object now, and the changes of rights in between. */
export async function explainEvent(
  client: Client,
  { event }: { readonly event: string },
): Promise<DecodedResponse<ExplainEventResponse>> {
  return decodeLater(
    await client.send({ method: 'GET', path: path`/management/v1/audit/${event}/explanation` }),
    explainEventResponseDecoder,
  )
}
