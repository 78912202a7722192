import { decodeFetchScanTasksRequest } from '@headgate/iceberg/rest'
import type { Operation } from '../operation/operation.ts'
import { plannedTable } from '../planning/planned-table.ts'
import { encodeTasks, fetchTasks } from '../planning/plan-scan.ts'
import type { IcebergDeps } from './deps.ts'
import { findScanned, planResponse } from './planTableScan.ts'
import { route } from './route.ts'

/** Returns the file scan tasks of one plan task of an earlier plan. The rights of the caller are decided again. */
export function fetchScanTasks(deps: IcebergDeps): Operation {
  return route('fetchScanTasks', async (call) => {
    const { found, restriction } = await findScanned(deps, call)
    const planTask = decodeFetchScanTasksRequest(await call.json())
    const table = await plannedTable(
      deps,
      { target: found, restriction },
      call.identity,
      call.header('user-agent'),
    )
    return planResponse(encodeTasks({}, await fetchTasks(deps.planning, table, planTask, call.signal)))
  })
}
