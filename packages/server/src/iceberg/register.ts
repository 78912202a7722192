import type { RegisterTableRequest } from '@headgate/iceberg/rest'
import { commitRegistration } from '../catalog/commit/commit-registration.ts'
import { mapDone, type Outcome } from '../catalog/commit/outcome.ts'
import type { DecodedMetadata } from '../catalog/commit/plan.ts'
import { planRegistration } from '../catalog/commit/plan-registration.ts'
import { findEarlier } from '../catalog/find-by-id.ts'
import { issueBeforeCreate } from '../credentials/issue-storage-access.ts'
import { newTarget } from '../credentials/storage-target.ts'
import type { RelationModel } from '../catalog/relation-model.ts'
import type { Response, Call } from '../operation/operation.ts'
import { commitOnce } from './commit-once.ts'
import type { IcebergDeps } from './deps.ts'
import { loadResponse } from './load-response.ts'
import { namespaceParam, managedWarehouseParam } from './params.ts'
import { auditedResponse } from '../credentials/audit-access.ts'
import { accessRequest, auditRequestedAccess } from './storage-access.ts'

/** Registers an existing metadata file under a name. With `overwrite`, replaces the metadata file of an existing table. */
export async function registerRelation<Metadata>(
  deps: IcebergDeps,
  call: Call,
  model: RelationModel<Metadata, never, never>,
  decoded: DecodedMetadata<Metadata>,
  request: RegisterTableRequest,
): Promise<Response> {
  const warehouse = await managedWarehouseParam(deps, call)
  const ref = { warehouse, identifier: { namespace: namespaceParam(deps, call), name: request.name } }
  const respond = async (relationId: string | null): Promise<Response> => {
    const found = await findEarlier(deps, call, { ref, kind: model.kind, relationId }, 'select')
    return loadResponse(deps, call, found, 'all')
  }
  return commitOnce(deps, call, {
    status: 200,
    attempt: async (context): Promise<Outcome<Response>> => {
      if (model.kind === 'table') auditRequestedAccess(deps, call, warehouse, 'read-write')
      const planned = await planRegistration(deps, context, model, ref, request)
      if (planned.type !== 'done') return planned
      const registration = planned.value
      if (registration.type === 'create' && model.kind === 'table') {
        const { name, id, metadata, ownerId, locationRights } = registration.creation
        const table = { id, staged: false, locations: model.locations(metadata) }
        const target = newTarget(name, table, ownerId)
        const wanted = accessRequest(call, name, target, model.location(metadata))
        // Issues the storage access before the table is created. `respond` later reads it from `IssuedCache`.
        auditedResponse(call, await issueBeforeCreate(deps, wanted, locationRights, call))
      }
      return mapDone(await commitRegistration(deps, context, model, decoded, registration), respond)
    },
    replay: ({ relationId }) => respond(relationId),
  })
}
