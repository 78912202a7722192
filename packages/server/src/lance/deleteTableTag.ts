import { decodeDeleteTableTagRequest } from '@headgate/lance/model'
import { toCommitContext } from '../catalog/commit/commit-context.ts'
import { deleteTag } from '../catalog/lance/change-tags.ts'
import type { Operation } from '../operation/operation.ts'
import type { LanceDeps } from './deps.ts'
import { readRequest, toTableRef } from './params.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'

/** Deletes a tag of a Lance table. The version that the tag names remains. */
export function deleteTableTag(deps: LanceDeps): Operation {
  return route('DeleteTableTag', async (call) => {
    const request = await readRequest(deps, call, decodeDeleteTableTagRequest)
    const ref = toTableRef(deps, request)
    await deleteTag(deps, toCommitContext(call, null), ref, request.body.tag, call.signal)
    return jsonResponse({})
  })
}
