import { dropNamespace as drop } from '../../upstream/drop.ts'
import { namespaceParam } from '../params.ts'
import { noContent } from '../responses.ts'
import { idempotencyKey } from './dispatch.ts'
import type { UpstreamOperation } from './upstream-operation.ts'

/** Drops an empty namespace in the upstream catalog. */
export const dropNamespace: UpstreamOperation = {
  handle: async (deps, call, warehouse) => {
    await drop(deps, call, warehouse, namespaceParam(deps, call), idempotencyKey(call), call.signal)
    return noContent
  },
}
