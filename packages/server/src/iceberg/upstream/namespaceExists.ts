import { checkNamespaceExists } from '../../upstream/namespaces.ts'
import { namespaceParam } from '../params.ts'
import { noContent } from '../responses.ts'
import type { UpstreamOperation } from './upstream-operation.ts'

/** Returns 204 if the upstream catalog has the namespace and the caller may see it, otherwise 404. */
export const namespaceExists: UpstreamOperation = {
  handle: async (deps, call, warehouse) => {
    await checkNamespaceExists(deps, call, warehouse, namespaceParam(deps, call), call.signal)
    return noContent
  },
}
