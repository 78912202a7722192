import { decodeBatchDeleteTableVersionsRequest } from '@headgate/lance/model'
import type { Operation } from '../operation/operation.ts'
import { runBatch, toDeletion } from './batch.ts'
import type { LanceDeps } from './deps.ts'
import { readRequest, toTableRef } from './params.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'

/** Deletes versions of a table or branch. */
export function batchDeleteTableVersions(deps: LanceDeps): Operation {
  return route('BatchDeleteTableVersions', async (call) => {
    const request = await readRequest(deps, call, decodeBatchDeleteTableVersionsRequest)
    const { warehouse } = request
    const operation = toDeletion(toTableRef(deps, request), request.body)
    const [result] = await runBatch(deps, call, warehouse, [operation])
    return jsonResponse({ deleted_count: result?.type === 'delete-versions' ? result.count : 0 })
  })
}
