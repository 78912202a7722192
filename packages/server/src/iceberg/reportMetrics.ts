import { decodeReportMetricsRequest } from '@headgate/iceberg/rest'
import { stringify } from '@headgate/json'
import type { Authorized } from '../catalog/authorized.ts'
import { findRelation } from '../catalog/find-relation.ts'
import { keepMetricsReport } from '../catalog/keep-metrics-report.ts'
import type { Target } from '../catalog/target.ts'
import type { Response, Call, Operation } from '../operation/operation.ts'
import type { IcebergDeps } from './deps.ts'
import { relationParam, anyWarehouseParam } from './params.ts'
import { ReportQuota } from './report-quota.ts'
import { noContent } from './responses.ts'
import { route } from './route.ts'

/** Quota of one principal: ten reports per second on average. */
const quota = { perWindow: 600, windowMs: 60_000 }

/**
 * Stores a scan or commit report. Accepts and discards reports of an unknown kind, and reports over the principal's quota:
 * clients would retry after an error.
 */
export function reportMetrics(deps: IcebergDeps): Operation {
  const quotas = new ReportQuota({ ...quota, now: deps.now })
  const find = async (call: Call): Promise<Authorized<Target>> => {
    const ref = {
      warehouse: await anyWarehouseParam(deps, call),
      identifier: relationParam(deps, call, 'table'),
    }
    return findRelation(deps, call, ref, 'table', 'select', 'none')
  }
  const handle = async (call: Call): Promise<Response> => {
    const { found } = await find(call)
    const principalId = call.identity.principal.id
    const { reportType, report } = decodeReportMetricsRequest(await call.json())
    if (reportType === 'unknown' || !quotas.tryTake(principalId)) return noContent
    const kind = reportType === 'scan-report' ? 'scan' : 'commit'
    call.begin()
    await keepMetricsReport(deps, {
      relationId: found.relation.id,
      principalId,
      kind,
      report: stringify(report),
    })
    return noContent
  }
  return route('reportMetrics', handle, { admit: find })
}
