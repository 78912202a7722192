import type { Json, JsonObject } from '@headgate/json'
import { decodeInt64, decodeObject, decodeText, required } from '../../fields.ts'

/** Body of `reportMetrics`. */
export interface ReportMetricsRequest {
  /** Kind of the report. `unknown`: a kind of a later version of the specification. */
  readonly reportType: 'scan-report' | 'commit-report' | 'unknown'
  /** The whole body. In reports of known kinds, `table-name`, `snapshot-id` and `metrics` are validated. */
  readonly report: JsonObject
}

/** Decodes a metrics report. Validates only a few members, so that reports of other clients are accepted. */
export function decodeReportMetricsRequest(value: Json): ReportMetricsRequest {
  const report = decodeObject(value)
  const reportType = required(report, 'report-type', decodeText)
  if (reportType !== 'scan-report' && reportType !== 'commit-report') return { reportType: 'unknown', report }
  required(report, 'table-name', decodeText)
  required(report, 'snapshot-id', decodeInt64)
  required(report, 'metrics', decodeObject)
  return { reportType, report }
}
