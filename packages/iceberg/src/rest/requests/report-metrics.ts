import type { Json, JsonObject } from '@headgate/json'
import { decodeInt64, decodeObject, decodeText, required } from '../../fields.ts'

/** Body of `reportMetrics`. */
export interface ReportMetricsRequest {
  /** `unknown`: a report of a kind that did not exist when this was written. */
  readonly reportType: 'scan-report' | 'commit-report' | 'unknown'
  /** The whole body as it came. Of the known kinds, `table-name`, `snapshot-id` and `metrics` are there and well typed. */
  readonly report: JsonObject
}

/** Reads a metrics report loosely: it informs people, and losing one over a detail helps nobody. */
export function decodeReportMetricsRequest(value: Json): ReportMetricsRequest {
  const report = decodeObject(value)
  const reportType = required(report, 'report-type', decodeText)
  if (reportType !== 'scan-report' && reportType !== 'commit-report') return { reportType: 'unknown', report }
  required(report, 'table-name', decodeText)
  required(report, 'snapshot-id', decodeInt64)
  required(report, 'metrics', decodeObject)
  return { reportType, report }
}
