import { decodeUpdateTableTagRequest } from '@headgate/lance/model'
import { toCommitContext } from '../catalog/commit/commit-context.ts'
import { updateTag } from '../catalog/lance/change-tags.ts'
import type { Operation } from '../operation/operation.ts'
import type { LanceDeps } from './deps.ts'
import { readRequest, toTableRef } from './params.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'

/** Changes the version that a tag of a Lance table names. */
export function updateTableTag(deps: LanceDeps): Operation {
  return route('UpdateTableTag', async (call) => {
    const request = await readRequest(deps, call, decodeUpdateTableTagRequest)
    const { tag, version, branch = null } = request.body
    const ref = toTableRef(deps, request)
    await updateTag(deps, toCommitContext(call, null), ref, { tag, version, branch }, call.signal)
    return jsonResponse({})
  })
}
