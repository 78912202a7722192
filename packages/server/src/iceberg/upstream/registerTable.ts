import { decodeRegisterTableRequest } from '@headgate/iceberg/rest'
import { createRelation } from '../../upstream/create.ts'
import { namespaceParam } from '../params.ts'
import { idempotencyKey } from './dispatch.ts'
import { loadedResponse } from './loaded-response.ts'
import { requireObject, selectMembers } from './responses.ts'
import type { UpstreamOperation } from './upstream-operation.ts'

/** Registers a metadata file as a table in the upstream catalog. */
export const registerTable: UpstreamOperation = {
  handle: async (deps, call, warehouse) => {
    const body = requireObject(await call.json())
    const request = decodeRegisterTableRequest(body, deps.nameLimits)
    const ref = { warehouse, identifier: { namespace: namespaceParam(deps, call), name: request.name } }
    const creation = {
      id: 'registerTable',
      kind: 'table',
      ref,
      body: {
        ...selectMembers(body, ['name', 'metadata-location']),
        ...(request.overwrite ? { overwrite: true } : {}),
      },
      chosen: [request.metadataLocation],
      overwrites: request.overwrite,
      idempotencyKey: idempotencyKey(call),
    } as const
    const created = await createRelation(deps, call, creation, call.signal)
    return loadedResponse(deps, call, ref, { ...created, kind: 'table', isCreated: true })
  },
}
