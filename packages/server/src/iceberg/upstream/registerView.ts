import { decodeRegisterViewRequest } from '@headgate/iceberg/rest'
import { createRelation } from '../../upstream/create.ts'
import { namespaceParam } from '../params.ts'
import { idempotencyKey } from './dispatch.ts'
import { loadedResponse } from './loaded-response.ts'
import { requireObject, selectMembers } from './responses.ts'
import type { UpstreamOperation } from './upstream-operation.ts'

/** Registers a metadata file as a view in the upstream catalog. */
export const registerView: UpstreamOperation = {
  handle: async (deps, call, warehouse) => {
    const body = requireObject(await call.json())
    const request = decodeRegisterViewRequest(body, deps.nameLimits)
    const ref = { warehouse, identifier: { namespace: namespaceParam(deps, call), name: request.name } }
    const creation = {
      id: 'registerView',
      kind: 'view',
      ref,
      body: selectMembers(body, ['name', 'metadata-location']),
      chosen: [request.metadataLocation],

      idempotencyKey: idempotencyKey(call),
    } as const
    const created = await createRelation(deps, call, creation, call.signal)
    return loadedResponse(deps, call, ref, { ...created, kind: 'view' })
  },
}
