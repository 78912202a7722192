import type { Int64 } from '@headgate/json'
import type { StringMap } from '../fields.ts'
import type { TableIdentifier } from '../rest/identifier.ts'
import { call } from './call.ts'
import { toTableParams } from './identifiers.ts'
import type { Expression } from './scan/expression.ts'
import type { CallOptions, Session } from './session.ts'

/** Value of a counter or a timer, with its unit. */
export type Metric =
  | { readonly unit: string; readonly value: Int64 }
  | { readonly 'time-unit': string; readonly count: Int64; readonly 'total-duration': Int64 }

export type Metrics = Readonly<Record<string, Metric>>

/** Metrics of a scan of a table (Iceberg REST specification, `ScanReport`). */
export interface ScanReport {
  readonly 'report-type': 'scan-report'
  readonly 'table-name': string
  readonly 'snapshot-id': Int64
  readonly filter: Expression
  readonly 'schema-id': number
  readonly 'projected-field-ids': readonly number[]
  readonly 'projected-field-names': readonly string[]
  readonly metrics: Metrics
  readonly metadata?: StringMap
}

/** Metrics of a commit to a table (Iceberg REST specification, `CommitReport`). */
export interface CommitReport {
  readonly 'report-type': 'commit-report'
  readonly 'table-name': string
  readonly 'snapshot-id': Int64
  readonly 'sequence-number': Int64
  readonly operation: string
  readonly metrics: Metrics
  readonly metadata?: StringMap
}

export interface MetricsOperations {
  /** Sends the metrics of a scan or commit to the server. Callers should ignore errors, because metrics are optional. */
  reportMetrics(
    identifier: TableIdentifier,
    report: ScanReport | CommitReport,
    options?: CallOptions,
  ): Promise<void>
}

export const metricsOperations = (session: Session): MetricsOperations => ({
  async reportMetrics(identifier, report, options = {}) {
    await call(session, 'reportMetrics', { ...options, ...toTableParams(identifier), body: { ...report } })
  },
})
