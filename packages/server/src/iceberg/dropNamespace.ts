import { dropNamespace as drop } from '../catalog/commit/drop-namespace.ts'
import { mapDone } from '../catalog/commit/outcome.ts'
import type { Operation } from '../operation/operation.ts'
import { commitOnce } from './commit-once.ts'
import type { IcebergDeps } from './deps.ts'
import { namespaceParam, managedWarehouseParam } from './params.ts'
import { noContent } from './responses.ts'
import { route } from './route.ts'

/** Drops an empty namespace. */
export function dropNamespace(deps: IcebergDeps): Operation {
  return route('dropNamespace', async (call) => {
    const warehouse = await managedWarehouseParam(deps, call)
    return commitOnce(deps, call, {
      status: 204,
      attempt: async (context) =>
        mapDone(await drop(deps, context, warehouse, namespaceParam(deps, call)), () => noContent),
      replay: () => noContent,
    })
  })
}
