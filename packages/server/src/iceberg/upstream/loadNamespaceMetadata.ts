import { loadNamespace } from '../../upstream/namespaces.ts'
import { namespaceParam } from '../params.ts'
import { namespaceResponse } from './responses.ts'
import type { UpstreamOperation } from './upstream-operation.ts'

/** Loads the properties of a namespace of the upstream catalog. */
export const loadNamespaceMetadata: UpstreamOperation = {
  handle: async (deps, call, warehouse) =>
    namespaceResponse(await loadNamespace(deps, call, warehouse, namespaceParam(deps, call), call.signal)),
}
