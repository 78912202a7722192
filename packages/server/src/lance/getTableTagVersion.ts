import { decodeGetTableTagVersionRequest } from '@headgate/lance/model'
import { findRelation } from '../catalog/find-relation.ts'
import { readTag } from '../catalog/lance/tags.ts'
import type { Operation } from '../operation/operation.ts'
import type { LanceDeps } from './deps.ts'
import { readRequest, toTableRef } from './params.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'

/** Returns the number of the table version that a tag names, and its branch. */
export function getTableTagVersion(deps: LanceDeps): Operation {
  return route('GetTableTagVersion', async (call) => {
    const request = await readRequest(deps, call, decodeGetTableTagVersionRequest)
    const ref = toTableRef(deps, request)
    const { found } = await findRelation(deps, call, ref, 'lance-table', 'select', 'none')
    const { version, branch } = await readTag(found, request.body.tag, call.signal)
    return jsonResponse({ version, branch: branch ?? undefined })
  })
}
