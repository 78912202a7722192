import { z } from 'zod'
import { managesServer } from '../access/decide.ts'
import { listMetricsReports, type StoredMetricsReport } from '../catalog/metrics-reports.ts'
import { queryAudit } from '../events/audit-query.ts'
import type { Call } from '../operation/operation.ts'
import { type AuditView, auditView, toEventView } from './audit-view.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { levels, objectName, requireOpenWarehouse, requireRelation, warehouseParams } from './find-object.ts'
import { readPage } from './paging.ts'
import { permit } from './permit.ts'
import { formatInstant, id, instant, nextPageToken, pageParameters } from './schemas.ts'
import type { WarehouseApiDeps } from './warehouse-deps.ts'

const metricsView = z
  .strictObject({
    id: z.string(),
    at: instant,
    kind: z.enum(['scan', 'commit']),
    principalId: id,
    principal: z
      .string()
      .nullable()
      .describe('Name of the principal that sent the report. Null: it was deleted.'),
    report: z
      .record(z.string(), z.unknown())
      .describe('Report as the client sent it. Integers above 2^53 are strings.'),
  })
  .meta({ id: 'MetricsReport' })

const query = z.strictObject({ namespace: levels, relation: objectName, ...pageParameters })

/** Returns the operations that list the metrics reports and the history of a table or view. */
export function relationFactOperations(deps: WarehouseApiDeps): readonly ManagementOperation[] {
  const { sql, pageTokens } = deps
  const common = {
    method: 'GET',
    params: warehouseParams,
    query,
    lists: ['namespace'],
    subject: 'relations',
  } as const

  async function relationId(call: Call, name: string, at: z.output<typeof query>): Promise<string> {
    const warehouse = await requireOpenWarehouse(deps, name)
    const { found, object } = await requireRelation(deps, call.policy, warehouse, at.namespace, at.relation)
    permit(call, object)
    return found.relation.id
  }

  const metrics = defineOperation({
    ...common,
    id: 'listMetricsReports',
    path: '/management/v1/warehouses/:warehouse/relation/metrics',
    summary: 'Lists the scan and commit reports that engines sent for a table, newest first.',
    response: {
      status: 200,
      schema: z.strictObject({ reports: z.array(metricsView), nextPageToken }),
      description: 'One page. The server keeps the newest 200 reports of a table for 30 days.',
    },
    async run({ params, query: at }, call) {
      const table = await relationId(call, params.warehouse, at)
      const { rows, nextPageToken } = await readPage(
        pageTokens,
        { list: JSON.stringify(['metrics', table]), pageToken: at.pageToken, pageSize: at.pageSize },
        ([after = null], limit) => listMetricsReports(sql, table, after, limit),
        (row) => [String(row.id)],
      )
      return { reports: rows.map(toMetricsView), nextPageToken }
    },
  })

  const history = defineOperation({
    ...common,
    id: 'listRelationHistory',
    path: '/management/v1/warehouses/:warehouse/relation/history',
    summary:
      'Lists the audit events of a table or view, newest first, including those under its earlier names.',
    response: {
      status: 200,
      schema: z.strictObject({
        events: z
          .array(auditView)
          .describe('Without addresses and user agents, unless the caller manages the server.'),
        nextPageToken,
      }),
      description: 'One page. Events of reads are in the database only with HEADGATE_AUDIT_READS=store.',
    },
    async run({ params, query: at }, call) {
      const table = await relationId(call, params.warehouse, at)
      const { rows, nextPageToken } = await readPage(
        pageTokens,
        { list: JSON.stringify(['history', table]), pageToken: at.pageToken, pageSize: at.pageSize },
        ([after = null], limit) => queryAudit(sql, { ...everyEvent, securableId: table, after, limit }),
        (row) => [String(row.id)],
      )
      const isAdministrator = managesServer(call.policy)
      return {
        events: rows.map(toEventView).map((event) => (isAdministrator ? event : withoutClient(event))),
        nextPageToken,
      }
    },
  })

  return [metrics, history]
}

/** Filter of audit events that selects all events. */
const everyEvent = {
  from: null,
  until: null,
  principal: null,
  principalId: null,
  engine: null,
  operation: null,
  outcome: null,
  objectPrefix: null,
  queryId: null,
  requestId: null,
  order: 'newest',
} as const

/**
 * Removes the client address and the `User-Agent` from an audit event, for callers that may not see these data of
 * another principal.
 */
function withoutClient(event: AuditView): AuditView {
  const { address: _, ...detail } = event.detail ?? {}
  return { ...event, userAgent: null, detail: event.detail === null ? null : detail }
}

function toMetricsView({ id, at, report, ...row }: StoredMetricsReport): z.input<typeof metricsView> {
  return {
    id: String(id),
    at: formatInstant(at),
    ...row,
    report: withoutBigints(report) as Record<string, unknown>,
  }
}

/** Returns a copy in which integers that JavaScript numbers cannot represent are strings. */
function withoutBigints(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return value.map(withoutBigints)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withoutBigints(member)]))
}
