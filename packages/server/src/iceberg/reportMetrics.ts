import { HeadgateError } from '@headgate/errors'
import { decodeReportMetricsRequest } from '@headgate/iceberg/rest'
import { stringify } from '@headgate/json'
import type { Answer, Call, Operation } from '../http/operation.ts'
import { insertMetricsReport } from '../store/metrics-reports.ts'
import { noContent } from './answers.ts'
import { type Allowed, findRelation, warehouseOf } from './find.ts'
import type { Target } from '../catalog/target.ts'
import { relationParam } from './names.ts'
import type { IcebergParts } from './parts.ts'
import { ReportQuota } from './report-quota.ts'
import { route } from './route.ts'

/** Ten a second. */
const quota = { perWindow: 600, windowMs: 60_000 }

/**
 * Keeps a scan or commit report. Accepts and does not keep reports of an unknown kind, and reports over the principal's
 * quota: an error would make clients retry them.
 */
export function reportMetrics(parts: IcebergParts): Operation {
  const quotas = new ReportQuota({ ...quota, now: parts.now })
  const find = async (call: Call): Promise<Allowed<Target>> => {
    const at = { warehouse: await warehouseOf(parts, call), identifier: relationParam(parts, call, 'table') }
    return findRelation(parts, call, at, 'table', 'select', 'none')
  }
  const handle = async (call: Call): Promise<Answer> => {
    const { found } = await find(call)
    const principalId = call.identity.principal.id
    const { reportType, report } = decodeReportMetricsRequest(await call.json())
    if (reportType === 'unknown' || !quotas.tryTake(principalId)) return noContent
    const kind = reportType === 'scan-report' ? 'scan' : 'commit'
    const row = { relationId: found.relation.id, principalId, kind, report: stringify(report) } as const
    if (!(await insertMetricsReport(parts.sql, row)))
      throw new HeadgateError('bad-request', 'The report holds text or numbers that cannot be stored.')
    return noContent
  }
  return route('reportMetrics', handle, { admit: find })
}
