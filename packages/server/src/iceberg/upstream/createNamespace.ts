import { checkNewName, decodeCreateNamespaceRequest } from '@headgate/iceberg/rest'
import { authorizeWarehouse } from '../../catalog/find-warehouse.ts'
import { baseLocationsIn } from '../../upstream/chosen-locations.ts'
import { createNamespace as create } from '../../upstream/namespaces.ts'
import { checkProperties } from '../../catalog/check-properties.ts'
import { idempotencyKey } from './dispatch.ts'
import { namespaceResponse, requireObject, selectMembers } from './responses.ts'
import type { UpstreamOperation } from './upstream-operation.ts'

/** Creates a namespace in the upstream catalog. */
export const createNamespace: UpstreamOperation = {
  handle: async (deps, call, warehouse) => {
    authorizeWarehouse(call, warehouse, 'use')
    const body = requireObject(await call.json())
    const { namespace: levels, properties } = decodeCreateNamespaceRequest(body, deps.nameLimits)
    checkNewName(levels.at(-1) ?? '', 'namespace level')
    checkProperties(properties)
    const creation = {
      warehouse,
      levels,
      body: selectMembers(body, ['namespace', 'properties']),
      chosen: baseLocationsIn(properties),
    }
    return namespaceResponse(await create(deps, call, creation, idempotencyKey(call), call.signal))
  },
}
