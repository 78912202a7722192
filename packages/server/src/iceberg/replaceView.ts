import { HeadgateError } from '@headgate/errors'
import { decodeCommitViewRequest, sameIdentifier } from '@headgate/iceberg/rest'
import { commitView } from '../catalog/commit/commit-view.ts'
import { mapDone } from '../catalog/commit/outcome.ts'
import { findCommitted } from '../catalog/find-by-id.ts'
import type { Call, Operation, Response } from '../operation/operation.ts'
import { admitCommit } from './admission.ts'
import { commitOnce } from './commit-once.ts'
import { encodeCommitted } from './committed-response.ts'
import type { IcebergDeps } from './deps.ts'
import { emptyConfigSuffix } from './load-result.ts'
import { loadResponse } from './load-response.ts'
import { relationParam, managedWarehouseParam } from './params.ts'
import { route } from './route.ts'

/** Commits updates to a view. */
export function replaceView(deps: IcebergDeps): Operation {
  const handle = async (call: Call): Promise<Response> => {
    const ref = {
      warehouse: await managedWarehouseParam(deps, call),
      identifier: relationParam(deps, call, 'view'),
    }
    const request = decodeCommitViewRequest(await call.json({ keepNumberText: true }), deps.nameLimits)
    if (request.identifier !== undefined && !sameIdentifier(request.identifier, ref.identifier))
      throw new HeadgateError(
        'bad-request',
        'The identifier in the body must name the view in the path: correct or omit it.',
      )
    const { signal } = call
    return commitOnce(deps, call, {
      status: 200,
      attempt: async (context) =>
        mapDone(await commitView(deps, context, ref, request, signal), (committed) =>
          encodeCommitted(committed, emptyConfigSuffix),
        ),
      replay: async ({ relationId }) =>
        loadResponse(deps, call, await findCommitted(deps, call, { ref, kind: 'view', relationId }), 'all'),
    })
  }
  return route('replaceView', handle, { admit: (call) => admitCommit(deps, call, 'view') })
}
