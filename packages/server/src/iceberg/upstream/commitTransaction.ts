import type { JsonObject } from '@headgate/json'
import { decodeCommitTransactionRequest } from '@headgate/iceberg/rest'
import { authorizeWarehouse } from '../../catalog/find-warehouse.ts'
import { commitTransaction as commit } from '../../upstream/commit.ts'
import { noContent } from '../responses.ts'
import { idempotencyKey } from './dispatch.ts'
import { requireObject } from './responses.ts'
import type { UpstreamOperation } from './upstream-operation.ts'

/** Commits changes of several tables of the upstream catalog, all or none. */
export const commitTransaction: UpstreamOperation = {
  handle: async (deps, call, warehouse) => {
    authorizeWarehouse(call, warehouse, 'use')
    const body = requireObject(await call.json({ keepNumberText: true }))
    const { tableChanges: changes } = decodeCommitTransactionRequest(body, deps.nameLimits)
    const transaction = {
      warehouse,
      changes,
      bodies: toObjects(body['table-changes']),
      idempotencyKey: idempotencyKey(call),
    }
    await commit(deps, call, transaction, call.signal)
    return noContent
  },
}

/** Converts a value of which the decoder of the request has checked that it is a list of objects. */
function toObjects(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.map((item) => requireObject(item)) : []
}
