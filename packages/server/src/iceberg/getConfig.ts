import { operation, type OperationId } from '@headgate/iceberg/rest'
import { selectSettable } from '../catalog/client-properties.ts'
import { findDefaultWarehouse } from '../catalog/find-default-warehouse.ts'
import { missingWarehouse } from '../catalog/existing.ts'
import { authorizeConfig } from '../catalog/find-warehouse.ts'
import type { Response, Call, Operation } from '../operation/operation.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import { serves } from '../upstream/remote-config.ts'
import type { IcebergDeps } from './deps.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'

/** Returns the configuration that a client needs first: the prefix of its warehouse, and the supported operations. */
export function getConfig(deps: IcebergDeps, served: readonly OperationId[]): Operation {
  const handle = async (call: Call): Promise<Response> => {
    const name = call.query.get('warehouse') ?? (await findDefaultWarehouse(deps, call, call.signal))
    const warehouse = await deps.warehouses.get(name)
    if (warehouse === null) throw missingWarehouse(name)
    authorizeConfig(call, warehouse)
    const offered = await offeredOperations(deps, call, warehouse, served)
    return jsonResponse({
      defaults: { ...warehouse.hints, ...selectSettable(warehouse.defaults) },
      overrides: {
        ...selectSettable(warehouse.overrides),
        prefix: warehouse.name,
        'namespace-separator': deps.namespaceSeparator,
      },
      endpoints: offered.ids.map((id) => operation(id).endpoint),
      ...(offered.keyLifetime === null ? {} : { 'idempotency-key-lifetime': offered.keyLifetime }),
    })
  }
  return route('getConfig', handle, { needsNoUser: () => true })
}

/** Operations that a warehouse offers, and the lifetime of idempotency keys, or null when keys have no effect. */
interface OfferedOperations {
  readonly ids: readonly OperationId[]
  readonly keyLifetime: string | null
}

/** Returns the operations of a warehouse. An upstream warehouse offers those that its upstream offers too. */
async function offeredOperations(
  deps: IcebergDeps,
  call: Call,
  warehouse: Warehouse,
  served: readonly OperationId[],
): Promise<OfferedOperations> {
  if (warehouse.kind === 'managed')
    return { ids: served, keyLifetime: `PT${deps.idempotency.lifetimeSeconds}S` }
  const upstream = await deps.upstreams.get(warehouse, call)
  const config = await upstream.config(call.signal)
  return { ids: served.filter((id) => serves(config, id)), keyLifetime: config.keyLifetime }
}
