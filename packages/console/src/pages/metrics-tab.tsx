import type { VNode } from 'preact'
import type { ListMetricsReportsResponse, MetricsReport } from '../api/generated/management.ts'
import type { Json } from '../api/json.ts'
import type { TableMetadata } from '../api/catalog.ts'
import { useGet } from '../api/use-get.ts'
import { formatBytes, formatNumber, t } from '../text.ts'
import { DataTable } from '../ui/data-table.tsx'
import { type ChartPoint, LineChart } from '../ui/line-chart.tsx'
import { Badge, Section, Time } from '../ui/small.tsx'
import { Empty, Shown } from '../ui/states.tsx'

interface MetricsTabProps {
  readonly metadata: TableMetadata
  readonly on: {
    readonly warehouse: string
    readonly namespace: readonly string[]
    readonly relation: string
  }
}

/** Size of a table over time, and the reports that engines sent about their scans and commits. */
export function MetricsTab({ metadata, on }: MetricsTabProps): VNode {
  const { warehouse, namespace, relation } = on
  const names = new URLSearchParams([...namespace.map((part) => ['namespace', part]), ['relation', relation]])
  const path = `management/v1/warehouses/${encodeURIComponent(warehouse)}/relation/metrics?pageSize=200&${names.toString()}`
  return (
    <>
      <Growth metadata={metadata} />
      <Shown of={useGet<ListMetricsReportsResponse>(path)}>{({ reports }) => <Reports of={reports} />}</Shown>
    </>
  )
}

function Growth({ metadata }: { readonly metadata: TableMetadata }): VNode {
  const snapshots = (metadata.snapshots ?? []).toSorted((a, b) => a['timestamp-ms'] - b['timestamp-ms'])
  const over = (name: string): readonly ChartPoint[] =>
    snapshots.flatMap(({ summary, ...snapshot }): ChartPoint[] => {
      const value = Number(summary?.[name])
      return Number.isFinite(value) ? [[snapshot['timestamp-ms'], value]] : []
    })
  const charts = [
    [t('Rows'), 'total-records', formatNumber],
    [t('Size'), 'total-files-size', formatBytes],
    [t('Data files'), 'total-data-files', formatNumber],
    [t('Delete files'), 'total-delete-files', formatNumber],
  ] as const
  return (
    <Section title={t('By snapshot')}>
      {snapshots.length < 2 ? (
        <p class="muted">{t('Charts need at least two snapshots.')}</p>
      ) : (
        <div class="charts">
          {charts.map(([title, name, format]) => (
            <LineChart key={name} title={title} points={over(name)} format={format} />
          ))}
        </div>
      )}
    </Section>
  )
}

function Reports({ of: reports }: { readonly of: readonly MetricsReport[] }): VNode {
  const scans = reports.filter(({ kind }) => kind === 'scan').toReversed()
  const points = scans.flatMap((report): ChartPoint[] => {
    const nanoseconds = readNumber(report, 'total-planning-duration', 'total-duration')
    return nanoseconds === null ? [] : [[Date.parse(report.at), nanoseconds / 1e6]]
  })
  return (
    <Section title={t('Reports of engines')}>
      {reports.length === 0 ? (
        <Empty title={t('No engine has sent a report')}>
          {t('Engines with the Iceberg library send a report after each scan and commit.')}
        </Empty>
      ) : (
        <>
          <div class="charts">
            <LineChart title={t('Planning of scans')} points={points} format={formatMs} />
          </div>
          <DataTable label={t('Reports')} rows={reports} toKey={({ id }) => id} columns={columns} />
        </>
      )}
    </Section>
  )
}

const columns = [
  { heading: t('When'), kind: 'fit' as const, cell: ({ at }: MetricsReport) => <Time at={at} /> },
  { heading: t('Kind'), kind: 'fit' as const, cell: ({ kind }: MetricsReport) => <Badge>{kind}</Badge> },
  { heading: t('By'), cell: ({ principal }: MetricsReport) => principal ?? t('deleted principal') },
  {
    heading: t('Duration'),
    kind: 'number' as const,
    cell: (report: MetricsReport) => {
      const name = report.kind === 'scan' ? 'total-planning-duration' : 'total-duration'
      const nanoseconds = readNumber(report, name, 'total-duration')
      return nanoseconds === null ? '–' : formatMs(nanoseconds / 1e6)
    },
  },
  {
    heading: t('Data files'),
    kind: 'number' as const,
    cell: (report: MetricsReport) => {
      const name = report.kind === 'scan' ? 'result-data-files' : 'added-data-files'
      const files = readNumber(report, name, 'value')
      return files === null ? '–' : formatNumber(files)
    },
  },
  {
    heading: t('Bytes'),
    kind: 'number' as const,
    cell: (report: MetricsReport) => {
      const name = report.kind === 'scan' ? 'total-file-size-in-bytes' : 'added-files-size-bytes'
      const bytes = readNumber(report, name, 'value')
      return bytes === null ? '–' : formatBytes(bytes)
    },
  },
]

/** Returns a number in the metrics of a report, whose members its client has chosen, or null. */
function readNumber({ report }: MetricsReport, name: string, member: string): number | null {
  const value = memberOf(memberOf(memberOf(report, 'metrics'), name), member)
  const number = Number(value)
  return (typeof value === 'number' || typeof value === 'string') && Number.isFinite(number) ? number : null
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return Object.hasOwn(value, name) ? (value as Readonly<Record<string, Json>>)[name] : undefined
}

function formatMs(milliseconds: number): string {
  return milliseconds < 1_000
    ? t('{ms} ms', { ms: Math.round(milliseconds) })
    : t('{s} s', { s: (milliseconds / 1_000).toFixed(1) })
}
