import { findNamespace } from '../catalog/find-namespace.ts'
import type { Operation } from '../operation/operation.ts'
import type { IcebergDeps } from './deps.ts'
import { namespaceParam, managedWarehouseParam } from './params.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'

/** Loads the properties of a namespace. A privilege on a table or view in the namespace is not sufficient. */
export function loadNamespaceMetadata(deps: IcebergDeps): Operation {
  return route('loadNamespaceMetadata', async (call) => {
    const warehouse = await managedWarehouseParam(deps, call)
    const { found } = await findNamespace(deps, call, warehouse, namespaceParam(deps, call), 'use', false)
    return jsonResponse({ namespace: found.levels, properties: found.row.properties })
  })
}
