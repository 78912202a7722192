import type { TableMetadata } from '@headgate/iceberg/metadata'
import { decodeCreateTableRequest } from '@headgate/iceberg/rest'
import { findStagedTable } from '../catalog/commit/find-staged-table.ts'
import { createTable as create, planNewTable } from '../catalog/commit/new-table.ts'
import { mapDone, type Outcome } from '../catalog/commit/outcome.ts'
import { stageTable } from '../catalog/commit/stage-table.ts'
import { findEarlier } from '../catalog/find-by-id.ts'
import { tableModel } from '../catalog/relation-model.ts'
import { issueBeforeCreate, issueStorageAccess } from '../credentials/issue-storage-access.ts'
import { newTarget } from '../credentials/storage-target.ts'
import type { StorageAccessResponse } from '../credentials/wire-form.ts'
import type { Call, Operation, Response } from '../operation/operation.ts'
import { admitInNamespace } from './admission.ts'
import { commitOnce } from './commit-once.ts'
import type { IcebergDeps } from './deps.ts'
import { loadResponse } from './load-response.ts'
import { emptyConfigSuffix } from './load-result.ts'
import { namespaceParam, managedWarehouseParam } from './params.ts'
import { formatMetadataEtag, metadataResponse } from './responses.ts'
import { reservationSeconds } from './reservation.ts'
import { route } from './route.ts'
import { auditedResponse } from '../credentials/audit-access.ts'
import { accessRequest, auditRequestedAccess } from './storage-access.ts'

/**
 * Creates a table. With `stage-create`, stages the table and reserves its location; the first commit of the
 * client creates it.
 */
export function createTable(deps: IcebergDeps): Operation {
  const handle = async (call: Call): Promise<Response> => {
    const warehouse = await managedWarehouseParam(deps, call)
    const request = decodeCreateTableRequest(await call.json({ keepNumberText: true }), deps.nameLimits)
    const { stageCreate: staged } = request
    const ref = { warehouse, identifier: { namespace: namespaceParam(deps, call), name: request.name } }
    return commitOnce(deps, call, {
      status: 200,
      attempt: async (context): Promise<Outcome<Response>> => {
        const plan = await planNewTable(deps, context, ref, request)
        const { name, id, metadata, ownerId, locationRights } = plan
        auditRequestedAccess(deps, call, warehouse, 'read-write')
        const target = newTarget(name, { id, staged, locations: tableModel.locations(metadata) }, ownerId)
        const wanted = accessRequest(call, name, target, metadata.location)
        const early = await issueBeforeCreate(deps, wanted, locationRights, call)
        const access = async (): Promise<StorageAccessResponse | null> =>
          auditedResponse(call, early ?? (await issueStorageAccess(deps, wanted, call)))
        if (staged)
          return mapDone(await stageTable(deps, context, plan, reservationSeconds(deps)), async () =>
            encodeStaged(metadata, await access()),
          )
        return mapDone(await create(deps, context, plan), async (created) => {
          const issued = await access()
          return metadataResponse({
            location: created.metadataLocation,
            text: created.text,
            suffix: issued?.suffix ?? emptyConfigSuffix,
            etag: formatMetadataEtag(created.metadataKey, 'all', issued?.version),
          })
        })
      },
      replay: async ({ relationId }) => {
        const earlier =
          staged && relationId !== null ? await findStagedTable(deps, call, ref, relationId, request) : null
        if (earlier !== null && relationId !== null) {
          const { name, metadata } = earlier
          const table = { id: relationId, staged: true, locations: tableModel.locations(metadata) }
          const target = newTarget(name, table, call.identity.principal.id)
          const wanted = accessRequest(call, name, target, metadata.location)
          const issued = await issueStorageAccess(deps, wanted, call)
          return encodeStaged(metadata, auditedResponse(call, issued))
        }
        const found = await findEarlier(deps, call, { ref, kind: 'table', relationId }, 'select')
        return loadResponse(deps, call, found, 'all')
      },
    })
  }
  return route('createTable', handle, { admit: (call) => admitInNamespace(deps, call, 'create') })
}

function encodeStaged(metadata: TableMetadata, access: StorageAccessResponse | null): Response {
  const text = tableModel.text(metadata).whole
  return metadataResponse({ location: null, text, suffix: access?.suffix ?? emptyConfigSuffix, etag: null })
}
