import { decodeBatchCreateTableVersionsRequest } from '@headgate/lance/model'
import type { Operation } from '../operation/operation.ts'
import { runBatch } from './batch.ts'
import type { LanceDeps } from './deps.ts'
import { decodeBody, toTableRef, managedWarehouseParam } from './params.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'
import { toTableVersion } from './table-version.ts'
import { toVersionRequest } from './version-request.ts'

/** Commits versions of several tables: all of them, or none. */
export function batchCreateTableVersions(deps: LanceDeps): Operation {
  return route('BatchCreateTableVersions', async (call) => {
    const warehouse = await managedWarehouseParam(deps, call)
    const { entries } = decodeBody(decodeBatchCreateTableVersionsRequest, await call.json())
    const operations = entries.map((entry) => ({
      type: 'create-version' as const,
      ref: toTableRef(deps, { warehouse, id: entry.id }),
      request: toVersionRequest(entry),
    }))
    const results = await runBatch(deps, call, warehouse, operations)
    return jsonResponse({
      versions: results.flatMap((result) =>
        result.type === 'create-version'
          ? [toTableVersion(result.committed.manifest, result.committed.metadata)]
          : [],
      ),
    })
  })
}
