import type { Int64 } from '@headgate/json'
import type { StringMap } from '../fields.ts'
import type { TableIdentifier } from '../rest/identifier.ts'
import { call } from './call.ts'
import { placeOf } from './place.ts'
import type { Expression } from './scan/expression.ts'
import type { CallOptions, Session } from './session.ts'

/** A count, or how long something took, in its own unit. */
export type Metric =
  | { readonly unit: string; readonly value: Int64 }
  | { readonly 'time-unit': string; readonly count: Int64; readonly 'total-duration': Int64 }

export type Metrics = Readonly<Record<string, Metric>>

/** What a scan of a table cost. */
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

/** What a commit to a table cost. */
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
  /** Tells the server what a scan or commit cost. It is nobody's reason to fail. */
  reportMetrics(
    identifier: TableIdentifier,
    report: ScanReport | CommitReport,
    options?: CallOptions,
  ): Promise<void>
}

export const metricsOperations = (session: Session): MetricsOperations => ({
  async reportMetrics(identifier, report, options = {}) {
    await call(session, 'reportMetrics', { ...options, ...placeOf(identifier), body: { ...report } })
  },
})
