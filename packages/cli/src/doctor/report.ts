import type { Json } from '@headgate/json'
import type { Paint } from '../output/paint.ts'
import { details, table } from '../output/table.ts'
import { visibleLines } from '../output/visible.ts'
import type { CatalogSettings } from './catalog-settings.ts'
import type { Finding } from './finding.ts'
import type { LayerResult } from './run-layers.ts'

/** Result of the checks of all layers. */
export interface DoctorReport {
  readonly settings: Pick<CatalogSettings, 'engine' | 'source' | 'uri' | 'warehouse'>
  readonly layers: readonly LayerResult[]
}

export const listFindings = ({ layers }: DoctorReport): readonly Finding[] =>
  layers.flatMap(({ findings }) => findings)

/** Converts a report to JSON. The texts of the report are already redacted, so the JSON contains no secret. */
export function toReportJson(report: DoctorReport): Json {
  const { settings, layers } = report
  const findings = listFindings(report)
  return {
    ok: findings.every(({ status }) => status !== 'failed'),
    engine: settings.engine,
    source: settings.source,
    uri: withoutUser(settings.uri),
    warehouse: settings.warehouse ?? null,
    layers: layers.map(({ layer, status, reason, facts, ms }) => ({
      layer,
      status,
      ...(reason === undefined ? {} : { reason }),
      facts,
      ms,
    })),
    findings: findings.map(({ report: url, ...finding }) => ({
      ...finding,
      ...(url === undefined ? {} : { report: url }),
    })),
  }
}

/** Formats a report for people: one line for each layer, and then the problems, beginning with the failed layer. */
export function formatReport(paint: Paint, report: DoctorReport, verbose: boolean): string {
  const { layers } = report
  const findings = listFindings(report).toSorted(
    (a, b) => Number(b.status === 'failed') - Number(a.status === 'failed'),
  )
  const rows = layers.filter(({ status }) => status !== 'not-reached')
  const overview = table(paint, rows, [
    { heading: 'layer', cell: ({ layer }) => layer },
    { heading: 'result', cell: ({ status }) => status, paint: ({ status }) => colours[status] },
    { heading: 'observed', cell: ({ reason, facts }) => reason ?? summarize(facts, verbose) },
  ])
  const parts = [overview, ...findings.map((finding) => formatFinding(paint, finding)), conclude(report)]
  return parts.join('\n\n')
}

const colours = {
  passed: 'green',
  warning: 'yellow',
  failed: 'red',
  skipped: 'dim',
  'not-reached': 'dim',
} as const

function summarize(facts: readonly string[], verbose: boolean): string {
  if (verbose) return facts.join('; ')
  const last = facts.at(-1) ?? ''
  return last.length <= 140 ? last : `${last.slice(0, 139)}…`
}

function formatFinding(paint: Paint, { layer, status, id, evidence, remedy, report }: Finding): string {
  const title = paint(
    status === 'failed' ? 'red' : 'yellow',
    `${status === 'failed' ? 'failed' : 'warning'}: ${layer} (${id})`,
  )
  const facts = details(paint, [
    ['evidence', visibleLines(evidence)],
    ['remedy', visibleLines(remedy)],
    ['report', report],
  ])
  return `${title}\n${facts}`
}

function conclude(report: DoctorReport): string {
  const findings = listFindings(report)
  const first = findings.find(({ status }) => status === 'failed')
  if (first !== undefined) return `The first failing layer is ${first.layer}.`
  const unchecked = report.layers.filter(({ status }) => status === 'skipped').map(({ layer }) => layer)
  const rest = unchecked.length === 0 ? '' : ` Not checked: ${unchecked.join(', ')}.`
  return findings.length === 0
    ? `No problem found.${rest}`
    : `The engine works, with ${findings.length} warnings.${rest}`
}

const withoutUser = (uri: string): string => uri.replace(/\/\/[^/@]*@/, '//')
