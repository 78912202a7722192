import { decodeDescribeNamespaceRequest } from '@headgate/lance/model'
import { findNamespace } from '../catalog/find-namespace.ts'
import { authorizeWarehouse } from '../catalog/find-warehouse.ts'
import type { Operation } from '../operation/operation.ts'
import type { LanceDeps } from './deps.ts'
import { readRequest, toNamespace } from './params.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'

/** Returns the properties of a namespace. The root has none. */
export function describeNamespace(deps: LanceDeps): Operation {
  return route('DescribeNamespace', async (call) => {
    const { warehouse, id } = await readRequest(deps, call, decodeDescribeNamespaceRequest)
    const levels = toNamespace(deps, id)
    if (levels === null) {
      authorizeWarehouse(call, warehouse, 'use')
      return jsonResponse({ properties: {} })
    }
    const { found } = await findNamespace(deps, call, warehouse, levels, 'use', false)
    return jsonResponse({ properties: found.row.properties })
  })
}
