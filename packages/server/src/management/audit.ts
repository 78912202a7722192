import { HeadgateError } from '@headgate/errors'
import { z } from 'zod'
import { type AuditQuery, findAuditedId, queryAudit } from '../events/audit-query.ts'
import { auditView, toEventView } from './audit-view.ts'
import { administerServer, type ManagementDeps } from './administer.ts'
import { isId } from '../directory/external-name.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { readPage } from './paging.ts'
import { id, nextPageToken, pageParameters } from './schemas.ts'
import {
  toSecurableKind,
  formatSecurable,
  refusedObject,
  parseSecurable,
  type SecurableName,
  toStoredName,
} from './securable.ts'

const timestamp = z.iso.datetime({ offset: true })

const auditQuery = z.strictObject({
  from: timestamp.optional().describe('Lists only events at or after this time.'),
  until: timestamp.optional().describe('Lists only events before this time.'),
  principal: z
    .string()
    .optional()
    .describe('Lists only events of this principal: its id, or its name in audit events.'),
  engine: z
    .string()
    .optional()
    .describe('Lists only events of requests that this engine sent, for a user or for itself.'),
  operation: z.string().optional().describe('Lists only events of this operation.'),
  outcome: z.enum(['allowed', 'denied', 'failed']).optional(),
  object: z
    .string()
    .min(1)
    .max(1024)
    .optional()
    .describe(
      'Lists only events of objects whose name in the request begins with this text, for example lakehouse:sales.',
    ),
  securableId: id
    .optional()
    .describe('Lists only events of the object with this id, including events under its earlier names.'),
  warehouse: z
    .string()
    .optional()
    .describe(
      'Lists only events of the object that currently has the name in warehouse, namespace and relation, including events under its earlier names. If no object has the name, lists events of the last object that had this name.',
    ),
  namespace: z
    .array(z.string())
    .optional()
    .describe('Levels of the namespace, outermost first, one parameter for each level.'),
  relation: z.string().optional(),
  queryId: z.string().optional().describe('Lists only events with this query id.'),
  requestId: z.string().optional(),
  order: z.enum(['newest', 'oldest']).default('newest').describe('Order of the events by time.'),
  ...pageParameters,
})

export function auditOperations({ sql, pageTokens }: ManagementDeps): readonly ManagementOperation[] {
  const query = defineOperation({
    id: 'queryAudit',
    method: 'GET',
    path: '/management/v1/audit',
    subject: 'audit',
    summary: 'Lists audit events from the database.',
    query: auditQuery,
    lists: ['namespace'],
    response: {
      status: 200,
      schema: z.strictObject({ events: z.array(auditView), nextPageToken }),
      description: 'One page.',
    },
    async run({ query: { pageToken, pageSize, ...asked } }, call) {
      administerServer(call)
      const filter = await toAuditFilter(sql, asked)
      const { rows, nextPageToken } = await readPage(
        pageTokens,
        { list: JSON.stringify(['audit', filter]), pageToken, pageSize },
        ([after = null], limit) => queryAudit(sql, { ...filter, after, limit }),
        (row) => [String(row.id)],
      )
      return { events: rows.map(toEventView), nextPageToken }
    },
  })

  return [query]
}

type Asked = Omit<z.output<typeof auditQuery>, 'pageToken' | 'pageSize'>

async function toAuditFilter(
  sql: ManagementDeps['sql'],
  asked: Asked,
): Promise<Omit<AuditQuery, 'after' | 'limit'>> {
  const { warehouse, namespace, relation, principal } = asked
  if (warehouse === undefined && (namespace ?? relation) !== undefined)
    throw new HeadgateError(
      'bad-request',
      'The parameters namespace and relation require the parameter warehouse.',
    )
  if (warehouse !== undefined && asked.securableId !== undefined)
    throw new HeadgateError('bad-request', 'Send either the name of the object or its id, not both.')
  const named =
    warehouse === undefined
      ? undefined
      : await objectId(sql, parseSecurable({ warehouse, namespace, relation }))
  const isPrincipalId = principal !== undefined && isId(principal)
  return {
    from: epochMs(asked.from),
    until: epochMs(asked.until),
    principal: isPrincipalId ? null : (principal ?? null),
    principalId: isPrincipalId ? principal : null,
    engine: asked.engine ?? null,
    operation: asked.operation ?? null,
    outcome: asked.outcome ?? null,
    securableId: named ?? asked.securableId ?? null,
    objectPrefix: asked.object ?? null,
    queryId: asked.queryId ?? null,
    requestId: asked.requestId ?? null,
    order: asked.order,
  }
}

/**
 * Returns the id of the object with this name, for the filter of audit events.
 *
 * @throws HeadgateError 404 if no object has the name, and no audit event contains the name
 */
async function objectId(sql: ManagementDeps['sql'], name: SecurableName): Promise<string> {
  const id = await findAuditedId(sql, {
    name: toStoredName(name),
    kind: toSecurableKind(name),
    label: formatSecurable(name),
  })
  if (id === null) throw refusedObject(name).missing()
  return id
}

function epochMs(text: string | undefined): number | null {
  if (text === undefined) return null
  const value = Date.parse(text)
  if (Number.isNaN(value))
    throw new HeadgateError('bad-request', `${text} is not a valid time. Send a time in RFC 3339 format.`)
  return value
}
