import type { Operation } from '../operation/operation.ts'
import type { IcebergDeps } from './deps.ts'
import { loadReadable } from './load-readable.ts'
import { loadResponse } from './load-response.ts'
import { relationParam, managedWarehouseParam } from './params.ts'
import { route } from './route.ts'

/** Loads a view. */
export function loadView(deps: IcebergDeps): Operation {
  return route('loadView', async (call) => {
    const ref = {
      warehouse: await managedWarehouseParam(deps, call),
      identifier: relationParam(deps, call, 'view'),
    }
    const { found, views } = await loadReadable(deps, call, ref, 'view')
    return loadResponse(deps, call, found, 'all', views)
  })
}
