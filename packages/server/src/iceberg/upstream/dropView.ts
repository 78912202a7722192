import { decodePurgeRequested } from '@headgate/iceberg/rest'
import { dropRelation } from '../../upstream/drop.ts'
import { relationParam } from '../params.ts'
import { noContent } from '../responses.ts'
import { idempotencyKey } from './dispatch.ts'
import type { UpstreamOperation } from './upstream-operation.ts'

/** Drops a view in the upstream catalog. */
export const dropView: UpstreamOperation = {
  handle: async (deps, call, warehouse) => {
    const ref = { warehouse, identifier: relationParam(deps, call, 'view') }
    const purge = decodePurgeRequested(call.query.get('purgeRequested') ?? undefined)
    await dropRelation(deps, call, 'view', ref, purge, idempotencyKey(call), call.signal)
    return noContent
  },
}
