import { HeadgateError } from '@headgate/errors'
import { decodeReportMetricsRequest } from '@headgate/iceberg/rest'
import { stringify } from '@headgate/json'
import type { Operation } from '../http/operation.ts'
import { insertMetricsReport } from '../store/metrics-reports.ts'
import { noContent } from './answers.ts'
import { findRelation, warehouseOf } from './find.ts'
import { relationParam } from './names.ts'
import type { IcebergParts } from './parts.ts'
import { route } from './route.ts'

/** Keeps a scan or commit report; one of an unknown kind is accepted and not kept. */
export function reportMetrics(parts: IcebergParts): Operation {
  return route('reportMetrics', async (call) => {
    const at = { warehouse: await warehouseOf(parts, call), identifier: relationParam(parts, call, 'table') }
    const { reportType, report } = decodeReportMetricsRequest(await call.json())
    const { found } = await findRelation(parts, call, at, 'table', 'select', 'none')
    if (reportType !== 'unknown') {
      const kind = reportType === 'scan-report' ? 'scan' : 'commit'
      const relationId = found.relation.id
      const row = {
        relationId,
        principalId: call.identity.principal.id,
        kind,
        report: stringify(report),
      } as const
      if (!(await insertMetricsReport(parts.sql, row)))
        throw new HeadgateError('bad-request', 'The report holds text or numbers that cannot be kept.')
    }
    return noContent
  })
}
