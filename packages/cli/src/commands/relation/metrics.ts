import type { Command } from 'commander'
import { readList } from '../../connection/pages.ts'
import type { Io } from '../../io.ts'
import { listMetricsReports } from '../../management/generated/relations.ts'
import type { MetricsReport } from '../../management/generated/schemas.ts'
import { relationAddress } from '../../names/address.ts'
import { limitOption } from '../../options.ts'
import { formatTime } from '../../output/times.ts'
import { inSession, type Session } from '../../session.ts'
import { showList } from '../../show-list.ts'

export function registerMetrics(group: Command, io: Io): void {
  group
    .command('metrics')
    .description(
      'Shows the scan and commit reports that engines sent for a table, newest first. --json contains every value. You must manage the table.',
    )
    .argument('<table>')
    .addOption(limitOption(20))
    .action(inSession(io, metrics))
}

async function metrics(session: Session, name: string, { limit }: { readonly limit: number }): Promise<void> {
  const { client, warehouse: usual } = session
  const { warehouse, namespace, relation } = relationAddress(name, usual)
  const listed = await readList(session, {
    key: 'reports',
    request: (page) => listMetricsReports(client, { warehouse, query: { namespace, relation, ...page } }),
    limit,
  })
  showList(session, listed, 'reports for this table', [
    { heading: 'at', cell: ({ at }) => formatTime(at) },
    { heading: 'kind', cell: ({ kind }) => kind },
    { heading: 'principal', cell: ({ principal, principalId }) => principal ?? principalId },
    { heading: 'snapshot', cell: ({ report }) => formatValue(report['snapshot-id']), right: true },
    { heading: 'files', cell: (row) => counter(row, 'result-data-files', 'added-data-files'), right: true },
    {
      heading: 'bytes',
      cell: (row) => counter(row, 'total-file-size-in-bytes', 'added-files-size-bytes'),
      right: true,
    },
  ])
}

/**
 * Returns the value of a counter in a metrics report: the counter `ofScan` of a scan report, or `ofCommit` of a commit
 * report. Returns null if the report does not contain it.
 */
function counter({ kind, report }: MetricsReport, ofScan: string, ofCommit: string): string | null {
  const { metrics } = report
  const found = isObject(metrics) ? metrics[kind === 'scan' ? ofScan : ofCommit] : undefined
  return isObject(found) ? formatValue(found['value']) : null
}

function formatValue(value: unknown): string | null {
  return typeof value === 'number' || typeof value === 'string' || typeof value === 'bigint'
    ? String(value)
    : null
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
