import { HeadgateError } from '@headgate/errors'
import { decodePlanTableScanRequest } from '@headgate/iceberg/rest'
import type { Readable } from '../catalog/find-readable.ts'
import { auditedResponse } from '../credentials/audit-access.ts'
import { issuePlan } from '../credentials/issue-storage-access.ts'
import type { Call, Operation, Response } from '../operation/operation.ts'
import { plannedTable } from '../planning/planned-table.ts'
import { encodeTasks, planScan, planText } from '../planning/plan-scan.ts'
import type { IcebergDeps } from './deps.ts'
import { loadRestrictable } from './load-readable.ts'
import { relationParam, managedWarehouseParam } from './params.ts'
import { checkEnforceable } from './restricted-read.ts'
import { route } from './route.ts'
import { committedAccessRequest } from './storage-access.ts'

/**
 * Plans a scan of a table. The plan is always complete, so clients do not poll. Its id renews its credential, and is
 * random if the plan has none. The server keeps no state of a plan.
 */
export function planTableScan(deps: IcebergDeps): Operation {
  return route('planTableScan', async (call) => {
    const { found, views, restriction } = await findScanned(deps, call)
    const request = decodePlanTableScanRequest(await call.json())
    const table = await plannedTable(
      deps,
      { target: found, restriction },
      call.identity,
      call.header('user-agent'),
    )
    const planned = await planScan(deps.planning, table, request, call.signal)
    const text = planText(planned)
    if (text === null && planned.scan !== null && restriction?.isEnforced === false) throw tooLargeToLimit()
    const plan = call.isFromConsole ? null : text
    const issued =
      plan === null
        ? null
        : await issuePlan(deps, committedAccessRequest(call, found, views, restriction), plan, call)
    const access = auditedResponse(call, issued)
    const members = {
      status: 'completed',
      'plan-id': issued?.planId ?? crypto.randomUUID(),
      ...(access === null ? {} : { 'storage-credentials': access.credentials.map((each) => ({ ...each })) }),
    }
    return planResponse(encodeTasks(members, planned.tasks))
  })
}

/** Finds the table in the path, whose rows the caller may read. */
export async function findScanned(deps: IcebergDeps, call: Call): Promise<Readable> {
  const ref = {
    warehouse: await managedWarehouseParam(deps, call),
    identifier: relationParam(deps, call, 'table'),
  }
  const readable = await loadRestrictable(deps, call, ref)
  if (readable.restriction !== null) checkEnforceable(readable.found, readable.restriction)
  return readable
}

/** Returns the error of a plan for which no limited credential can be issued. */
function tooLargeToLimit(): HeadgateError {
  return new HeadgateError(
    'forbidden',
    'The server cannot limit a credential to the files of this plan, which your restricted grant needs, because they are too many. Use an engine whose entry has --enforces-restrictions.',
  )
}

/** Returns the response with a plan. It depends on the rights of the caller, so `Cache-Control` forbids to store it. */
export function planResponse(body: string): Response {
  return { status: 200, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' }, body }
}
