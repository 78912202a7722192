import { decodeNamespaceExistsRequest } from '@headgate/lance/model'
import { findNamespace } from '../catalog/find-namespace.ts'
import { authorizeWarehouse } from '../catalog/find-warehouse.ts'
import type { Operation } from '../operation/operation.ts'
import type { LanceDeps } from './deps.ts'
import { readRequest, toNamespace } from './params.ts'
import { exists } from './responses.ts'
import { route } from './route.ts'

/** Tells whether a namespace exists. The root exists. */
export function namespaceExists(deps: LanceDeps): Operation {
  return route('NamespaceExists', async (call) => {
    const { warehouse, id } = await readRequest(deps, call, decodeNamespaceExistsRequest)
    const levels = toNamespace(deps, id)
    if (levels === null) authorizeWarehouse(call, warehouse, 'use')
    else await findNamespace(deps, call, warehouse, levels, 'use')
    return exists
  })
}
