import { findNamespace } from '../catalog/find-namespace.ts'
import type { Operation } from '../operation/operation.ts'
import type { IcebergDeps } from './deps.ts'
import { namespaceParam, managedWarehouseParam } from './params.ts'
import { noContent } from './responses.ts'
import { route } from './route.ts'

/** Returns 204 if the namespace exists and the caller may see it, otherwise 404. */
export function namespaceExists(deps: IcebergDeps): Operation {
  return route('namespaceExists', async (call) => {
    const warehouse = await managedWarehouseParam(deps, call)
    await findNamespace(deps, call, warehouse, namespaceParam(deps, call), 'use')
    return noContent
  })
}
