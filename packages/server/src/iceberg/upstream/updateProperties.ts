import { decodeUpdateNamespacePropertiesRequest } from '@headgate/iceberg/rest'
import { authorizeNamespace } from '../../upstream/find-name.ts'
import { baseLocationsIn } from '../../upstream/chosen-locations.ts'
import { updateNamespace } from '../../upstream/namespaces.ts'
import { namespaceParam } from '../params.ts'
import { checkProperties } from '../../catalog/check-properties.ts'
import { idempotencyKey } from './dispatch.ts'
import { forwardedMembers, requireObject, selectMembers } from './responses.ts'
import type { UpstreamOperation } from './upstream-operation.ts'

/** Sets and removes properties of a namespace in the upstream catalog. */
export const updateProperties: UpstreamOperation = {
  handle: async (deps, call, warehouse) => {
    const body = requireObject(await call.json())
    const { updates } = decodeUpdateNamespacePropertiesRequest(body)
    checkProperties(updates)
    const change = {
      warehouse,
      levels: namespaceParam(deps, call),
      body: selectMembers(body, ['removals', 'updates']),
      chosen: baseLocationsIn(updates),
    }
    const changed = await updateNamespace(deps, call, change, idempotencyKey(call), call.signal)
    return forwardedMembers(changed, ['updated', 'removed', 'missing'])
  },
  admit: (deps, call, warehouse) =>
    authorizeNamespace(deps, call, warehouse, namespaceParam(deps, call), 'modify', false),
}
