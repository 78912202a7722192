import { checkNewName, decodeCreateNamespaceRequest } from '@headgate/iceberg/rest'
import { admitInWarehouse, authorizeInWarehouse } from '../catalog/admit-in-warehouse.ts'
import { checkReachable } from '../catalog/check-reachable.ts'
import { createNamespace as create } from '../catalog/commit/create-namespace.ts'
import { mapDone } from '../catalog/commit/outcome.ts'
import type { Call, Operation, Response } from '../operation/operation.ts'
import { commitOnce } from './commit-once.ts'
import type { IcebergDeps } from './deps.ts'
import { managedWarehouseParam } from './params.ts'
import { checkProperties } from '../catalog/check-properties.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'

/** Creates a namespace. */
export function createNamespace(deps: IcebergDeps): Operation {
  const handle = async (call: Call): Promise<Response> => {
    const warehouse = await managedWarehouseParam(deps, call)
    await authorizeInWarehouse(deps, call, warehouse)
    const { namespace: levels, properties } = decodeCreateNamespaceRequest(await call.json(), deps.nameLimits)
    checkReachable(deps, levels)
    checkNewName(levels.at(-1) ?? '', 'namespace level')
    checkProperties(properties)
    const response = jsonResponse({ namespace: levels, properties })
    return commitOnce(deps, call, {
      status: 200,
      attempt: async (context) =>
        mapDone(await create(deps, context, { warehouse, levels, properties }), () => response),
      replay: () => response,
    })
  }
  const admit = async (call: Call): Promise<void> =>
    admitInWarehouse(deps, call, await managedWarehouseParam(deps, call), ['create'])
  return route('createNamespace', handle, { admit })
}
