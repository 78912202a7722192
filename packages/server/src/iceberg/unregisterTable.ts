import {
  readUnregistered,
  type UnregisteredTable,
  unregisterTable as unregister,
} from '../catalog/commit/unregister-table.ts'
import { mapDone } from '../catalog/commit/outcome.ts'
import type { Operation, Response } from '../operation/operation.ts'
import { commitOnce } from './commit-once.ts'
import type { IcebergDeps } from './deps.ts'
import { metadataOnlySuffix } from './load-result.ts'
import { relationParam, managedWarehouseParam } from './params.ts'
import { metadataResponse } from './responses.ts'
import { route } from './route.ts'

/** Removes a table from the catalog, and returns its metadata. */
export function unregisterTable(deps: IcebergDeps): Operation {
  return route('unregisterTable', async (call) => {
    const ref = {
      warehouse: await managedWarehouseParam(deps, call),
      identifier: relationParam(deps, call, 'table'),
    }
    return commitOnce(deps, call, {
      status: 200,
      attempt: async (context) => mapDone(await unregister(deps, context, ref), encode),
      replay: async ({ metadataLocation, metadataDigest: digest }) =>
        encode(await readUnregistered(deps, ref.warehouse, { location: metadataLocation ?? '', digest })),
    })
  })
}

function encode({ location, text }: UnregisteredTable): Response {
  return metadataResponse({ location, text, suffix: metadataOnlySuffix, etag: null })
}
