import { decodeCreateTableTagRequest } from '@headgate/lance/model'
import { toCommitContext } from '../catalog/commit/commit-context.ts'
import { createTag } from '../catalog/lance/change-tags.ts'
import type { Operation } from '../operation/operation.ts'
import type { LanceDeps } from './deps.ts'
import { readRequest, toTableRef } from './params.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'

/** Creates a tag, which is a name for a version of a Lance table. */
export function createTableTag(deps: LanceDeps): Operation {
  return route('CreateTableTag', async (call) => {
    const request = await readRequest(deps, call, decodeCreateTableTagRequest)
    const { tag, version, branch = null } = request.body
    const ref = toTableRef(deps, request)
    await createTag(deps, toCommitContext(call, null), ref, { tag, version, branch }, call.signal)
    return jsonResponse({})
  })
}
