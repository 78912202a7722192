import { decodeDeregisterTableRequest } from '@headgate/lance/model'
import { deregisterTable as deregister } from '../catalog/lance/remove-table.ts'
import type { Operation } from '../operation/operation.ts'
import { commit } from './commit.ts'
import type { LanceDeps } from './deps.ts'
import { readRequest, toTableRef } from './params.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'

/** Removes a table from the catalog and keeps its files. */
export function deregisterTable(deps: LanceDeps): Operation {
  return route('DeregisterTable', async (call) => {
    const request = await readRequest(deps, call, decodeDeregisterTableRequest)
    const ref = toTableRef(deps, request)
    const removed = await commit(call, (context) => deregister(deps, context, ref))
    return jsonResponse({ id: request.id, ...removed })
  })
}
