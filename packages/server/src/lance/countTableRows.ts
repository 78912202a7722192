import { HeadgateError } from '@headgate/errors'
import { decodeCountTableRowsRequest } from '@headgate/lance/model'
import { findRelation } from '../catalog/find-relation.ts'
import { readVersion } from '../catalog/lance/describe-version.ts'
import type { Operation } from '../operation/operation.ts'
import type { LanceDeps } from './deps.ts'
import { readRequest, toTableRef } from './params.ts'
import { countResponse } from './responses.ts'
import { route } from './route.ts'
import { countRows } from './table-details.ts'

/** Returns the number of rows in a version of a Lance table, as its manifest states it. */
export function countTableRows(deps: LanceDeps): Operation {
  return route('CountTableRows', async (call) => {
    const request = await readRequest(deps, call, decodeCountTableRowsRequest)
    const { predicate, version, branch } = request.body
    if (predicate !== undefined && predicate !== '')
      throw new HeadgateError(
        'unsupported',
        'This server counts only all rows of a table. Open the table with a client of Lance to count rows with a predicate.',
      )
    const ref = toTableRef(deps, request)
    const { found } = await findRelation(deps, call, ref, 'lance-table', 'select', 'none')
    return countResponse(countRows(await readVersion(deps, found, { version, branch }, call.signal)))
  })
}
