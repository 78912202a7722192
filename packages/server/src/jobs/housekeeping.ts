import { pruneAudit } from '../store/audit.ts'
import { forgetExpired } from '../store/idempotency.ts'
import { forgetFinishedJobs } from '../store/jobs.ts'
import { forgetMetricsReports } from '../store/metrics-reports.ts'
import { pruneRefusals } from '../store/refusals.ts'
import { pruneStorageAccess } from '../store/storage-access.ts'
import { pruneWriters } from '../store/storage-access-writers.ts'
import type { Sql } from '../store/sql.ts'
import { forgetUsedAssertions } from '../store/used-assertions.ts'
import type { Sweep } from './jobs.ts'

export interface HousekeepingOptions {
  readonly sql: Sql
  /** Retention of audit events in seconds. 0: no limit. */
  readonly auditSeconds: number
  /** Retention of refusals in the audit log in seconds. 0: no limit. */
  readonly refusalSeconds: number
  /** Deletes retired keys whose retention has ended. */
  readonly dropRetiredKeys: () => Promise<unknown>
  /** Deletes up to `limit` sessions of the console that have ended. Returns their number. */
  readonly forgetEndedSessions: (limit: number) => Promise<number>
  /** Interval between two runs in ms. Default 10 minutes. */
  readonly everyMs?: number
}

const metricsReportSeconds = 30 * 86_400
/** Retention of finished jobs in seconds, so that an operator can analyze them. */
const finishedJobSeconds = 7 * 86_400
/**
 * Time in seconds after which the record of a gap is deleted. A gap is a period from which issued credentials may be
 * missing in the list, because a process was killed.
 */
const gapSeconds = 2 * 86_400
const batchSize = 1_000
/** Maximum number of statements for each kind of row in one run. The next run deletes the remaining rows. */
const maxBatches = 100

/** Deletes expired rows in small statements, which hold their locks only for a short time. */
export function housekeepingSweep(options: HousekeepingOptions): Sweep {
  const { sql, auditSeconds, refusalSeconds, dropRetiredKeys, everyMs = 10 * 60_000 } = options
  const chores = [
    () => forgetExpired(sql, batchSize),
    () => forgetMetricsReports(sql, metricsReportSeconds, batchSize),
    () => forgetUsedAssertions(sql, batchSize),
    () => pruneStorageAccess(sql, batchSize),
    () => options.forgetEndedSessions(batchSize),
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
      await pruneWriters(sql, gapSeconds)
      await dropRetiredKeys()
    },
  }
}
