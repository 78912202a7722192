import { decodeIdempotencyKey } from '@headgate/iceberg/rest'
import { authorizeWarehouse } from '../../catalog/find-warehouse.ts'
import type { Warehouse } from '../../catalog/warehouses.ts'
import type { Call, Operation } from '../../operation/operation.ts'
import type { IcebergDeps } from '../deps.ts'
import { decodePrefix } from '../params.ts'
import type { UpstreamOperation } from './upstream-operation.ts'

/**
 * Returns an operation that serves managed warehouses with `managed` and upstream warehouses with `upstream`. The kind of
 * the warehouse in the path selects one of them; the warehouse is usually in the cache.
 */
export function forBothKinds(deps: IcebergDeps, managed: Operation, upstream: UpstreamOperation): Operation {
  return {
    ...managed,
    handle: async (call) => {
      const warehouse = await findUpstreamWarehouse(deps, call)
      return warehouse === null ? managed.handle(call) : upstream.handle(deps, call, warehouse)
    },
    ...(managed.admit === undefined
      ? {}
      : {
          admit: async (call) => {
            const warehouse = await findUpstreamWarehouse(deps, call)
            if (warehouse === null) return managed.admit?.(call)
            if (upstream.admit !== undefined) return upstream.admit(deps, call, warehouse)
            return authorizeWarehouse(call, warehouse, 'use')
          },
        }),
  }
}

async function findUpstreamWarehouse(
  { warehouses }: Pick<IcebergDeps, 'warehouses'>,
  call: Call,
): Promise<Warehouse | null> {
  const warehouse = await warehouses.get(decodePrefix(call.params['prefix'] ?? ''))
  return warehouse?.kind === 'upstream' ? warehouse : null
}

/** Returns the `Idempotency-Key` of a call for the upstream. */
export function idempotencyKey(call: Call): string | undefined {
  const key = call.header('idempotency-key')
  return key === undefined ? undefined : decodeIdempotencyKey(key)
}
