import { pruneAudit } from '../store/audit.ts'
import { forgetExpired } from '../store/idempotency.ts'
import { forgetFinishedJobs } from '../store/jobs.ts'
import { forgetMetricsReports } from '../store/metrics-reports.ts'
import { pruneRefusals } from '../store/refusals.ts'
import type { Sql } from '../store/sql.ts'
import { forgetUsedAssertions } from '../store/used-assertions.ts'
import type { Sweep } from './jobs.ts'

export interface HousekeepingOptions {
  readonly sql: Sql
  /** How long audit events are kept; 0: for ever. */
  readonly auditSeconds: number
  /** How long refusals are kept in the audit; 0: without end. */
  readonly refusalSeconds: number
  /** Deletes keys that were retired long enough ago. */
  readonly dropRetiredKeys: () => Promise<unknown>
  /** Default 10 minutes. */
  readonly everyMs?: number
}

const metricsReportSeconds = 30 * 86_400
/** For those who look for what happened. */
const finishedJobSeconds = 7 * 86_400
const batchSize = 1_000
/** Of each kind in one go; the rest waits for the next turn. */
const maxBatches = 100

/** Deletes what nobody will ask for any more, in small statements that nobody has to wait for. */
export function housekeepingSweep(options: HousekeepingOptions): Sweep {
  const { sql, auditSeconds, refusalSeconds, dropRetiredKeys, everyMs = 10 * 60_000 } = options
  const chores = [
    () => forgetExpired(sql, batchSize),
    () => forgetMetricsReports(sql, metricsReportSeconds, batchSize),
    () => forgetUsedAssertions(sql, batchSize),
    () => forgetFinishedJobs(sql, finishedJobSeconds, batchSize),
    () => (auditSeconds === 0 ? Promise.resolve(0) : pruneAudit(sql, auditSeconds, batchSize)),
    () => (refusalSeconds === 0 ? Promise.resolve(0) : pruneRefusals(sql, refusalSeconds, batchSize)),
  ]
  return {
    name: 'housekeeping',
    everyMs,
    async run(signal) {
      for (const chore of chores) {
        for (let batch = 0; batch < maxBatches && (await chore()) === batchSize; batch += 1)
          signal.throwIfAborted()
      }
      await dropRetiredKeys()
    },
  }
}
