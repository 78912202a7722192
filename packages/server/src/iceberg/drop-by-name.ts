import { decodePurgeRequested } from '@headgate/iceberg/rest'
import { dropRelation } from '../catalog/commit/drop-relation.ts'
import { mapDone } from '../catalog/commit/outcome.ts'
import type { Response, Call } from '../operation/operation.ts'
import { commitOnce } from './commit-once.ts'
import type { IcebergDeps } from './deps.ts'
import { relationParam, managedWarehouseParam } from './params.ts'
import { noContent } from './responses.ts'

/** Drops the table or view that the request path names. */
export async function dropByName(deps: IcebergDeps, call: Call, kind: 'table' | 'view'): Promise<Response> {
  const ref = {
    warehouse: await managedWarehouseParam(deps, call),
    identifier: relationParam(deps, call, kind),
  }
  const purge = decodePurgeRequested(call.query.get('purgeRequested') ?? undefined)
  return commitOnce(deps, call, {
    status: 204,
    attempt: async (context) =>
      mapDone(await dropRelation(deps, context, kind, ref, purge), () => {
        if (purge) deps.wakeJobs()
        return noContent
      }),
    replay: () => noContent,
  })
}
