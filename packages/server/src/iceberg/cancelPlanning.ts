import type { Operation } from '../operation/operation.ts'
import type { IcebergDeps } from './deps.ts'
import { findScanned } from './planTableScan.ts'
import { noContent } from './responses.ts'
import { route } from './route.ts'

/** Accepts the cancellation of a plan. The server does not store plans, so it has nothing to release. */
export function cancelPlanning(deps: IcebergDeps): Operation {
  return route('cancelPlanning', async (call) => {
    await findScanned(deps, call)
    return noContent
  })
}
