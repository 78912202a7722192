import { checkRelationExists } from '../../upstream/exists.ts'
import { relationParam } from '../params.ts'
import { noContent } from '../responses.ts'
import type { UpstreamOperation } from './upstream-operation.ts'

/** Returns 204 if the upstream catalog has the table and the caller may see it, otherwise 404. */
export const tableExists: UpstreamOperation = {
  handle: async (deps, call, warehouse) => {
    const ref = { warehouse, identifier: relationParam(deps, call, 'table') }
    await checkRelationExists(deps, call, ref, 'table', call.signal)
    return noContent
  },
}
