import { decodePlanTableScanRequest } from '@headgate/iceberg/rest'
import type { Target } from '../catalog/target.ts'
import type { Call, Operation, Response } from '../operation/operation.ts'
import { plannedTable } from '../planning/planned-table.ts'
import { planScan } from '../planning/plan-scan.ts'
import type { IcebergDeps } from './deps.ts'
import { findReadable } from './find-readable.ts'
import { relationParam, warehouseParam } from './params.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'

/**
 * Plans a scan of a table. The plan is always complete, so clients never need its id. The id is random, because the
 * server keeps no state of a plan.
 */
export function planTableScan(deps: IcebergDeps): Operation {
  return route('planTableScan', async (call) => {
    const found = await findScanned(deps, call)
    const request = decodePlanTableScanRequest(await call.json())
    const table = await plannedTable(deps, found, call.identity, call.header('user-agent'))
    const tasks = await planScan(deps.planning, table, request, call.signal)
    return planResponse({ status: 'completed', 'plan-id': crypto.randomUUID(), ...tasks })
  })
}

/** Finds the table in the path, whose rows the caller may read. */
export async function findScanned(deps: IcebergDeps, call: Call): Promise<Target> {
  const ref = {
    warehouse: await warehouseParam(deps, call),
    identifier: relationParam(deps, call, 'table'),
  }
  const { found } = await findReadable(deps, call, ref, 'table')
  return found
}

/** Encodes a plan. It depends on the rights of the caller, so `Cache-Control` forbids to store it. */
export function planResponse(body: Parameters<typeof jsonResponse>[0]): Response {
  const response = jsonResponse(body)
  return { ...response, headers: { ...response.headers, 'cache-control': 'no-store' } }
}
