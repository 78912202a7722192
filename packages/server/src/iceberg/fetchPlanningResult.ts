import { HeadgateError } from '@headgate/errors'
import type { Operation } from '../operation/operation.ts'
import type { IcebergDeps } from './deps.ts'
import { findScanned } from './planTableScan.ts'
import { route } from './route.ts'

/** Answers 404, because `planTableScan` returns every plan completely. */
export function fetchPlanningResult(deps: IcebergDeps): Operation {
  return route('fetchPlanningResult', async (call) => {
    await findScanned(deps, call)
    throw new HeadgateError(
      'no-such-plan-id',
      'The server has no plan with this id: planTableScan returns complete plans, which need no further request. Plan the scan again.',
    )
  })
}
