import { decodeUpdateNamespacePropertiesRequest } from '@headgate/iceberg/rest'
import { mapDone } from '../catalog/commit/outcome.ts'
import { updateNamespaceProperties } from '../catalog/commit/update-namespace-properties.ts'
import type { Call, Operation, Response } from '../operation/operation.ts'
import { admitInNamespace } from './admission.ts'
import { commitOnce } from './commit-once.ts'
import type { IcebergDeps } from './deps.ts'
import { namespaceParam, managedWarehouseParam } from './params.ts'
import { checkProperties } from '../catalog/check-properties.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'

/** Sets and removes properties of a namespace. */
export function updateProperties(deps: IcebergDeps): Operation {
  const handle = async (call: Call): Promise<Response> => {
    const warehouse = await managedWarehouseParam(deps, call)
    const change = decodeUpdateNamespacePropertiesRequest(await call.json())
    checkProperties(change.updates)
    return commitOnce(deps, call, {
      status: 200,
      attempt: async (context) => {
        const levels = namespaceParam(deps, call)
        const outcome = await updateNamespaceProperties(deps, context, warehouse, levels, change)
        return mapDone(outcome, ({ updated, removed, missing }) =>
          jsonResponse({ updated, removed, missing }),
        )
      },
      // The database does not record which keys were missing. A client that repeats the request only needs to
      // know that it succeeded.
      replay: () =>
        jsonResponse({ updated: Object.keys(change.updates), removed: [...change.removals], missing: [] }),
    })
  }
  return route('updateProperties', handle, { admit: (call) => admitInNamespace(deps, call, 'modify') })
}
