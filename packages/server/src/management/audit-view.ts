import { z } from 'zod'
import type { StoredAuditRow } from '../events/audit-query.ts'
import { formatInstant, instant } from './schemas.ts'

export interface AuditView {
  readonly id: string
  readonly at: string
  readonly requestId: string
  readonly principal: string
  readonly principalId: string | null
  readonly actors: string[]
  readonly operation: string
  readonly object: string | null
  readonly securableKind: string | null
  readonly securableId: string | null
  readonly privilege: string | null
  readonly outcome: string
  readonly count: number
  readonly reason: string | null
  readonly userAgent: string | null
  readonly queryId: string | null
  readonly detail: Record<string, unknown> | null
}

const text = z.string().nullable()

export const auditView: z.ZodType<AuditView> = z
  .strictObject({
    id: z.string().describe('Id of the event. A later event has a larger id.'),
    at: instant.describe(
      'Time at which the event was written. The event of a change is written with the change; the event of a read up to a second later.',
    ),
    requestId: z.string(),
    principal: z.string(),
    principalId: text,
    actors: z.array(z.string()).describe('Engines that acted for the principal, outermost first.'),
    operation: z.string(),
    object: text,
    securableKind: text,
    securableId: text,
    privilege: text,
    outcome: z.string().describe('Outcome of the request: allowed, denied or failed.'),
    count: z
      .int()
      .describe(
        'Number of equal refusals within one minute that the event represents. 1 for all other events.',
      ),
    reason: text,
    userAgent: text.describe('The User-Agent header of the client.'),
    queryId: text.describe('Query id that the engine stated. Not verified.'),
    detail: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: 'AuditEvent' })

export function toEventView(row: StoredAuditRow): AuditView {
  return {
    id: String(row.id),
    at: formatInstant(row.at),
    requestId: row.request_id,
    principal: row.principal,
    principalId: row.principal_id,
    actors: [...row.actors],
    operation: row.operation,
    object: row.object,
    securableKind: row.securable_kind,
    securableId: row.securable_id,
    privilege: row.privilege,
    outcome: row.outcome,
    count: row.count,
    reason: row.reason,
    userAgent: row.user_agent,
    queryId: row.query_id,
    detail: row.detail === null ? null : { ...row.detail },
  }
}
