import { decodeSnapshotMode } from '@headgate/iceberg/rest'
import type { Operation } from '../operation/operation.ts'
import type { IcebergDeps } from './deps.ts'
import { loadRestrictable } from './load-readable.ts'
import { loadResponse } from './load-response.ts'
import { relationParam, managedWarehouseParam } from './params.ts'
import { restrictedResponse } from './restricted-response.ts'
import { route } from './route.ts'

/**
 * Loads a table. One query finds the table, reads it and returns the data for its authorization. The response contains
 * the stored metadata text unchanged.
 */
export function loadTable(deps: IcebergDeps): Operation {
  return route('loadTable', async (call) => {
    const snapshots = decodeSnapshotMode(call.query.get('snapshots') ?? undefined)
    const ref = {
      warehouse: await managedWarehouseParam(deps, call),
      identifier: relationParam(deps, call, 'table'),
    }
    const { found, views, restriction } = await loadRestrictable(deps, call, ref, snapshots)
    return restriction === null
      ? loadResponse(deps, call, found, snapshots, views)
      : restrictedResponse(deps, call, found, snapshots, restriction)
  })
}
