import { dropLanceTable } from '../catalog/lance/remove-table.ts'
import type { Operation } from '../operation/operation.ts'
import { commit } from './commit.ts'
import type { LanceDeps } from './deps.ts'
import { idParam, toTableRef, managedWarehouseParam } from './params.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'

/** Drops a table. Its files are deleted when the retention of the warehouse ends. */
export function dropTable(deps: LanceDeps): Operation {
  return route('DropTable', async (call) => {
    const id = idParam(call)
    const ref = toTableRef(deps, { warehouse: await managedWarehouseParam(deps, call), id })
    const removed = await commit(call, (context) => dropLanceTable(deps, context, ref))
    deps.wakeJobs()
    return jsonResponse({ id, ...removed })
  })
}
