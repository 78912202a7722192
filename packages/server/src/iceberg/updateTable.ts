import { HeadgateError } from '@headgate/errors'
import { decodeCommitTableRequest, sameIdentifier } from '@headgate/iceberg/rest'
import { commitTable } from '../catalog/commit/commit-table.ts'
import { mapDone } from '../catalog/commit/outcome.ts'
import { findCommitted } from '../catalog/find-by-id.ts'
import type { Call, Operation, Response } from '../operation/operation.ts'
import { admitCommit } from './admission.ts'
import { commitOnce } from './commit-once.ts'
import { encodeCommitted, encodeCurrent } from './committed-response.ts'
import type { IcebergDeps } from './deps.ts'
import { metadataOnlySuffix } from './load-result.ts'
import { relationParam, managedWarehouseParam } from './params.ts'
import { route } from './route.ts'

/** Commits updates to a table, or with `assert-create`, creates a table. */
export function updateTable(deps: IcebergDeps): Operation {
  const handle = async (call: Call): Promise<Response> => {
    const ref = {
      warehouse: await managedWarehouseParam(deps, call),
      identifier: relationParam(deps, call, 'table'),
    }
    const request = decodeCommitTableRequest(await call.json({ keepNumberText: true }), deps.nameLimits)
    if (request.identifier !== undefined && !sameIdentifier(request.identifier, ref.identifier))
      throw new HeadgateError(
        'bad-request',
        'The identifier in the body must name the table in the path: correct or omit it.',
      )
    const { signal } = call
    return commitOnce(deps, call, {
      status: 200,
      attempt: async (context) =>
        mapDone(await commitTable(deps, context, ref, request, signal), (committed) =>
          encodeCommitted(committed, metadataOnlySuffix),
        ),
      replay: async ({ relationId }) =>
        encodeCurrent(
          deps,
          await findCommitted(deps, call, { ref, kind: 'table', relationId }),
          metadataOnlySuffix,
        ),
    })
  }
  return route('updateTable', handle, { admit: (call) => admitCommit(deps, call, 'table') })
}
