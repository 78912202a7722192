import { findRelation } from '../catalog/find-relation.ts'
import type { Operation } from '../operation/operation.ts'
import type { IcebergDeps } from './deps.ts'
import { relationParam, managedWarehouseParam } from './params.ts'
import { noContent } from './responses.ts'
import { route } from './route.ts'

/** Returns 204 if the table exists and the caller may see it, otherwise 404. */
export function tableExists(deps: IcebergDeps): Operation {
  return route('tableExists', async (call) => {
    const ref = {
      warehouse: await managedWarehouseParam(deps, call),
      identifier: relationParam(deps, call, 'table'),
    }
    await findRelation(deps, call, ref, 'table', 'use', 'none')
    return noContent
  })
}
