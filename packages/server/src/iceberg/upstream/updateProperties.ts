import { decodeUpdateNamespacePropertiesRequest } from '@headgate/iceberg/rest'
import { authorizeNamespace } from '../../upstream/find-name.ts'
import { updateNamespace } from '../../upstream/namespaces.ts'
import { namespaceParam } from '../params.ts'
import { checkProperties } from '../properties.ts'
import { idempotencyKey } from './dispatch.ts'
import { forwardedJson, requireObject } from './responses.ts'
import type { UpstreamOperation } from './upstream-operation.ts'

/** Sets and removes properties of a namespace in the upstream. */
export const updateProperties: UpstreamOperation = {
  handle: async (deps, call, warehouse) => {
    const body = requireObject(await call.json())
    checkProperties(decodeUpdateNamespacePropertiesRequest(body).updates)
    const change = { warehouse, levels: namespaceParam(deps, call), body }
    return forwardedJson(await updateNamespace(deps, call, change, idempotencyKey(call), call.signal))
  },
  admit: (deps, call, warehouse) =>
    authorizeNamespace(deps, call, warehouse, namespaceParam(deps, call), 'modify', false),
}
