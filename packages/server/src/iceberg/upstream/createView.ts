import { decodeCreateViewRequest } from '@headgate/iceberg/rest'
import { createRelation } from '../../upstream/create.ts'
import { locationsIn } from '../../upstream/chosen-locations.ts'
import { authorizeNamespace } from '../../upstream/find-name.ts'
import { namespaceParam } from '../params.ts'
import { idempotencyKey } from './dispatch.ts'
import { loadedResponse } from './loaded-response.ts'
import { requireObject, selectMembers } from './responses.ts'
import type { UpstreamOperation } from './upstream-operation.ts'

/** Creates a view in the upstream catalog. */
export const createView: UpstreamOperation = {
  handle: async (deps, call, warehouse) => {
    const body = requireObject(await call.json({ keepNumberText: true }))
    const { name, location, properties } = decodeCreateViewRequest(body, deps.nameLimits)
    const ref = { warehouse, identifier: { namespace: namespaceParam(deps, call), name } }
    const creation = {
      id: 'createView',
      kind: 'view',
      ref,
      body: selectMembers(body, ['name', 'location', 'schema', 'view-version', 'properties']),
      chosen: [...(location === undefined ? [] : [location]), ...locationsIn(properties)],
      idempotencyKey: idempotencyKey(call),
    } as const
    const created = await createRelation(deps, call, creation, call.signal)
    return loadedResponse(deps, call, ref, { ...created, kind: 'view' })
  },
  admit: (deps, call, warehouse) =>
    authorizeNamespace(deps, call, warehouse, namespaceParam(deps, call), 'create', false),
}
