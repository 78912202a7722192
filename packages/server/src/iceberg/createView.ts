import { decodeCreateViewRequest } from '@headgate/iceberg/rest'
import { createView as create } from '../catalog/commit/create-view.ts'
import { mapDone } from '../catalog/commit/outcome.ts'
import { findEarlier } from '../catalog/find-by-id.ts'
import type { Call, Operation, Response } from '../operation/operation.ts'
import { admitInNamespace } from './admission.ts'
import { commitOnce } from './commit-once.ts'
import { encodeCommitted } from './committed-response.ts'
import type { IcebergDeps } from './deps.ts'
import { loadResponse } from './load-response.ts'
import { emptyConfigSuffix } from './load-result.ts'
import { namespaceParam, managedWarehouseParam } from './params.ts'
import { route } from './route.ts'

/** Creates a view. */
export function createView(deps: IcebergDeps): Operation {
  const handle = async (call: Call): Promise<Response> => {
    const warehouse = await managedWarehouseParam(deps, call)
    const body = await call.json({ keepNumberText: true })
    const { name, ...view } = decodeCreateViewRequest(body, deps.nameLimits)
    const ref = { warehouse, identifier: { namespace: namespaceParam(deps, call), name } }
    return commitOnce(deps, call, {
      status: 200,
      attempt: async (context) =>
        mapDone(await create(deps, context, ref, view), (created) =>
          encodeCommitted(created, emptyConfigSuffix),
        ),
      replay: async ({ relationId }) => {
        const found = await findEarlier(deps, call, { ref, kind: 'view', relationId }, 'select')
        return loadResponse(deps, call, found, 'all')
      },
    })
  }
  return route('createView', handle, { admit: (call) => admitInNamespace(deps, call, 'create') })
}
