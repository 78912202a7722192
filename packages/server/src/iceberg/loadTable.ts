import { decodeSnapshotMode } from '@headgate/iceberg/rest'
import type { Operation } from '../operation/operation.ts'
import type { IcebergDeps } from './deps.ts'
import { findRestrictable } from './find-readable.ts'
import { loadResponse } from './load-response.ts'
import { relationParam, warehouseParam } from './params.ts'
import { restrictedResponse } from './restricted-response.ts'
import { route } from './route.ts'

/**
 * Loads a table. One query finds the table, reads it and returns the data for its authorization. The response
 * contains the stored metadata text unchanged.
 */
export function loadTable(deps: IcebergDeps): Operation {
  return route('loadTable', async (call) => {
    const form = decodeSnapshotMode(call.query.get('snapshots') ?? undefined)
    const ref = {
      warehouse: await warehouseParam(deps, call),
      identifier: relationParam(deps, call, 'table'),
    }
    const { found, views, restriction } = await findRestrictable(deps, call, ref, form)
    return restriction === null
      ? loadResponse(deps, call, found, form, views)
      : restrictedResponse(deps, call, found, form, restriction)
  })
}
