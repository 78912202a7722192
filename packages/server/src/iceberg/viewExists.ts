import { findRelation } from '../catalog/find-relation.ts'
import type { Operation } from '../operation/operation.ts'
import type { IcebergDeps } from './deps.ts'
import { relationParam, managedWarehouseParam } from './params.ts'
import { noContent } from './responses.ts'
import { route } from './route.ts'

/** Returns 204 if the view exists and the caller may see it, otherwise 404. */
export function viewExists(deps: IcebergDeps): Operation {
  return route('viewExists', async (call) => {
    const ref = {
      warehouse: await managedWarehouseParam(deps, call),
      identifier: relationParam(deps, call, 'view'),
    }
    await findRelation(deps, call, ref, 'view', 'use', 'none')
    return noContent
  })
}
