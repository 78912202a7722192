import { decodeTableExistsRequest } from '@headgate/lance/model'
import { findRelation } from '../catalog/find-relation.ts'
import { requireVersion } from '../catalog/lance/find-version.ts'
import type { Operation } from '../operation/operation.ts'
import type { LanceDeps } from './deps.ts'
import { readRequest, toTableRef } from './params.ts'
import { exists } from './responses.ts'
import { route } from './route.ts'

/** Tells whether a table exists, and if the request names a version, whether the version exists. */
export function tableExists(deps: LanceDeps): Operation {
  return route('TableExists', async (call) => {
    const request = await readRequest(deps, call, decodeTableExistsRequest)
    const { version } = request.body
    const ref = toTableRef(deps, request)
    const privilege = version === undefined ? 'use' : 'select'
    const { found } = await findRelation(deps, call, ref, 'lance-table', privilege, 'none')
    if (version !== undefined) await requireVersion(deps, found, { version, branch: null }, call.signal)
    return exists
  })
}
