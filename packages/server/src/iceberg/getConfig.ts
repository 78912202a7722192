import { operation, type OperationId } from '@headgate/iceberg/rest'
import { selectSettable } from '../catalog/client-properties.ts'
import { findDefaultWarehouse } from '../catalog/find-default-warehouse.ts'
import { missingWarehouse } from '../catalog/existing.ts'
import { authorizeConfig } from '../catalog/find-warehouse.ts'
import type { Response, Call, Operation } from '../operation/operation.ts'
import type { IcebergDeps } from './deps.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'

/** Returns the configuration that a client needs first: the prefix of its warehouse, and the supported operations. */
export function getConfig(deps: IcebergDeps, served: readonly OperationId[]): Operation {
  const endpoints = served.map((id) => operation(id).endpoint)
  const handle = async (call: Call): Promise<Response> => {
    const name = call.query.get('warehouse') ?? (await findDefaultWarehouse(deps, call, call.signal))
    const warehouse = await deps.warehouses.get(name)
    if (warehouse === null) throw missingWarehouse(name)
    authorizeConfig(call, warehouse)
    return jsonResponse({
      defaults: { ...warehouse.hints, ...selectSettable(warehouse.defaults) },
      overrides: {
        ...selectSettable(warehouse.overrides),
        prefix: warehouse.name,
        'namespace-separator': deps.namespaceSeparator,
      },
      endpoints,
      'idempotency-key-lifetime': `PT${deps.idempotency.lifetimeSeconds}S`,
    })
  }
  return route('getConfig', handle, { needsNoUser: () => true })
}
