import { HeadgateError } from '@headgate/errors'
import { z } from 'zod'
import { queryAudit, type StoredAuditRow } from '../store/audit.ts'
import { administerServer, type ManagementParts } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { readPage } from './paging.ts'
import { instant, instantOf, nextPageToken, pageParameters } from './schemas.ts'

interface AuditView {
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
  readonly reason: string | null
  readonly userAgent: string | null
  readonly queryId: string | null
  readonly detail: Record<string, unknown> | null
}

const text = z.string().nullable()

const auditView: z.ZodType<AuditView> = z
  .strictObject({
    at: instant,
    requestId: z.string(),
    principal: z.string(),
    principalId: text,
    actors: z.array(z.string()).describe('Who acted for the principal, outermost first.'),
    operation: z.string(),
    object: text,
    securableKind: text,
    securableId: text,
    privilege: text,
    outcome: z.string().describe('allowed, denied or failed.'),
    reason: text,
    userAgent: text.describe('What the client said about itself.'),
    queryId: text.describe("The engine's name for what it was doing, as the engine said."),
    detail: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: 'AuditEvent' })

const moment = z.iso.datetime({ offset: true })

export function auditOperations({ sql, pageTokens }: ManagementParts): readonly ManagementOperation[] {
  const query = defineOperation({
    id: 'queryAudit',
    method: 'GET',
    path: '/management/v1/audit',
    subject: 'audit',
    summary: 'Shows audit events kept in the store, newest first.',
    query: z.strictObject({
      from: moment.optional().describe('Not before this moment.'),
      until: moment.optional().describe('Before this moment.'),
      principal: z.string().optional().describe('Only events of this principal.'),
      operation: z.string().optional().describe('Only events of this operation.'),
      ...pageParameters,
    }),
    answer: {
      status: 200,
      schema: z.strictObject({ events: z.array(auditView), nextPageToken }),
      description: 'One page.',
    },
    async run({ query: { pageToken, pageSize, ...asked } }, call) {
      administerServer(call)
      const filter = {
        from: epochMs(asked.from),
        until: epochMs(asked.until),
        principal: asked.principal ?? null,
        operation: asked.operation ?? null,
      }
      const { rows, nextPageToken } = await readPage(
        pageTokens,
        { list: JSON.stringify(['audit', filter]), pageToken, pageSize },
        ([before = null], limit) => queryAudit(sql, { ...filter, before, limit }),
        (row) => [String(row.id)],
      )
      return { events: rows.map(viewOfEvent), nextPageToken }
    },
  })

  return [query]
}

function epochMs(text: string | undefined): number | null {
  if (text === undefined) return null
  const value = Date.parse(text)
  if (Number.isNaN(value)) throw new HeadgateError('bad-request', `${text} is not a moment.`)
  return value
}

function viewOfEvent(row: StoredAuditRow): AuditView {
  return {
    at: instantOf(row.at),
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
    reason: row.reason,
    userAgent: row.user_agent,
    queryId: row.query_id,
    detail: row.detail === null ? null : { ...row.detail },
  }
}
