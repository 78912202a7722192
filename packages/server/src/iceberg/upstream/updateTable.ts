import { HeadgateError } from '@headgate/errors'
import { decodeCommitTableRequest, sameIdentifier } from '@headgate/iceberg/rest'
import { commitRelation } from '../../upstream/commit.ts'
import { metadataOnlySuffix } from '../load-result.ts'
import { relationParam } from '../params.ts'
import { metadataResponse } from '../responses.ts'
import { admitCommit } from './admit-commit.ts'
import { idempotencyKey } from './dispatch.ts'
import { requireObject } from './responses.ts'
import type { UpstreamOperation } from './upstream-operation.ts'

/** Commits updates to a table of the upstream catalog. */
export const updateTable: UpstreamOperation = {
  handle: async (deps, call, warehouse) => {
    const ref = { warehouse, identifier: relationParam(deps, call, 'table') }
    const body = requireObject(await call.json({ keepNumberText: true }))
    const request = decodeCommitTableRequest(body, deps.nameLimits)
    if (request.identifier !== undefined && !sameIdentifier(request.identifier, ref.identifier))
      throw new HeadgateError('bad-request', 'The identifier in the body names another table than the path.')
    const commit = { ref, kind: 'table', request, body, idempotencyKey: idempotencyKey(call) } as const
    const { metadataLocation, text } = await commitRelation(deps, call, commit, call.signal)
    return metadataResponse({ location: metadataLocation, text, suffix: metadataOnlySuffix, etag: null })
  },
  admit: (deps, call, warehouse) => admitCommit(deps, call, warehouse, 'table'),
}
