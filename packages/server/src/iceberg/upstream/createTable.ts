import { decodeCreateTableRequest } from '@headgate/iceberg/rest'
import { createRelation, stageTable } from '../../upstream/create.ts'
import { locationsIn } from '../../upstream/chosen-locations.ts'
import { authorizeNamespace } from '../../upstream/find-name.ts'
import { namespaceParam } from '../params.ts'
import { reservationSeconds } from '../reservation.ts'
import { idempotencyKey } from './dispatch.ts'
import { loadedResponse } from './loaded-response.ts'
import { requireObject, selectMembers } from './responses.ts'
import type { UpstreamOperation } from './upstream-operation.ts'

const members = ['name', 'location', 'schema', 'partition-spec', 'write-order', 'properties'] as const

/** Creates or stages a table in the upstream catalog. */
export const createTable: UpstreamOperation = {
  handle: async (deps, call, warehouse) => {
    const body = requireObject(await call.json({ keepNumberText: true }))
    const request = decodeCreateTableRequest(body, deps.nameLimits)
    const { name, location, properties, stageCreate: staged } = request
    const ref = { warehouse, identifier: { namespace: namespaceParam(deps, call), name } }
    const creation = {
      id: 'createTable',
      kind: 'table',
      ref,
      // Nessie responds with status 500 if the request has no member `stage-create`.
      body: { ...selectMembers(body, members), 'stage-create': staged },
      chosen: [...(location === undefined ? [] : [location]), ...locationsIn(properties)],
      idempotencyKey: idempotencyKey(call),
    } as const
    const created = staged
      ? await stageTable(deps, call, creation, reservationSeconds(deps), call.signal)
      : await createRelation(deps, call, creation, call.signal)
    return loadedResponse(deps, call, ref, { ...created, kind: 'table', staged, isCreated: !staged })
  },
  admit: (deps, call, warehouse) =>
    authorizeNamespace(deps, call, warehouse, namespaceParam(deps, call), 'create', false),
}
