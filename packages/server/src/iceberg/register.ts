import { HeadgateError } from '@headgate/errors'
import { formatIdentifier, type RegisterTableRequest } from '@headgate/iceberg/rest'
import type { TableMetadata, TableRequirement, TableUpdate } from '@headgate/iceberg/metadata'
import type { ViewMetadata, ViewRequirement, ViewUpdate } from '@headgate/iceberg/view'
import { createRelation } from '../catalog/create-relation.ts'
import { takenError } from '../catalog/existing.ts'
import { claimFor } from '../catalog/locations.ts'
import type { Models } from '../catalog/prepare.ts'
import { readForeignFile } from '../catalog/register-relation.ts'
import type { RelationModel } from '../catalog/relation-model.ts'
import { repoint } from '../catalog/repoint-relation.ts'
import { type DroppedTarget, lookUpDropped, lookUpDroppedByUuid, restore } from '../catalog/undrop.ts'
import { namespaceChain, relationChain } from '../access/chain.ts'
import { decide } from '../access/decide.ts'
import type { Decision } from '../access/decision.ts'
import { definerOf } from '../access/through-views.ts'
import type { Answer, Call } from '../http/operation.ts'
import { type Warehouse, warehouseChain } from '../catalog/warehouses.ts'
import type { Chain } from '../access/privilege.ts'
import { levelsOf } from '../store/namespaces.ts'
import { findRelationsAround } from '../store/location-claims.ts'
import { idempotent } from '../idempotency/idempotent.ts'
import { commonPolicyVersion } from './common-policy-version.ts'
import { findPlace, findRelation, policyOf, warehouseOf } from './find.ts'
import { answerRelation } from './loadTable.ts'
import { namespaceParam } from './names.ts'
import type { IcebergParts } from './parts.ts'
import { placeRightsOf } from './place-rights.ts'
import { findEarlier } from './replay.ts'
import { ridersOf } from './riders.ts'
import { auditRequestedAccess, newTable, storageAccessBeforeCreate } from './storage-access.ts'

/** Puts an existing metadata file under a name; `overwrite` moves the pointer of a table that is there. */
export async function registerRelation<
  Metadata extends TableMetadata | ViewMetadata,
  Update extends TableUpdate | ViewUpdate,
  Requirement extends TableRequirement | ViewRequirement,
>(
  parts: IcebergParts,
  call: Call,
  model: RelationModel<Metadata, Update, Requirement>,
  models: Models<Metadata>,
  request: RegisterTableRequest,
): Promise<Answer> {
  const warehouse = await warehouseOf(parts, call)
  const identifier = { namespace: namespaceParam(parts, call), name: request.name }
  const at = { warehouse, identifier }
  const answer = async (relationId: string | null): Promise<Answer> => {
    const found = await findEarlier(parts, call, { at, kind: model.kind, relationId }, 'select')
    return answerRelation(parts, call, found, 'all')
  }
  return idempotent(
    parts.idempotency,
    call,
    async (keep) => {
      if (model.kind === 'table') auditRequestedAccess(parts, call, warehouse, 'read-write')
      const { found: place, decision } = await findPlace(parts, call, at)
      if (place.relation !== null && (!request.overwrite || place.relation.kind !== model.kind)) {
        throw takenError(model.kind, place.relation.kind, identifier)
      }
      const replaced =
        place.relation === null ? null : await findRelation(parts, call, at, model.kind, 'manage', 'none')
      const placeRights = await placeRightsOf(parts, call, place.namespaceChain, decision)()
      const ownerIds = await managedAround(parts, call, warehouse, request.metadataLocation)
      const source = { location: request.metadataLocation, placeRights, ownerIds }
      const { metadata, file } = await readForeignFile(parts, model, warehouse, source)
      const uuid = model.uuid(metadata)
      const dropped = uuid === null ? null : await lookUpDroppedByUuid(parts.sql, warehouse, uuid)
      let relationId: string | null = null
      if (place.relation === null && dropped !== null) {
        relationId = dropped.row.id
        const manage = allowDropped(call, dropped, request.metadataLocation)
        const policyVersion = commonPolicyVersion(decision, manage)
        await restore(
          parts.sql,
          dropped,
          place,
          ridersOf(call, { ...manage, policyVersion }, keep(200, relationId)),
        )
      } else if (place.relation === null) {
        relationId = crypto.randomUUID()
        const ownerId = call.identity.principal.id
        if (model.kind === 'table') {
          const [location, locations] = [model.location(metadata), model.locations(metadata)]
          const table = { id: relationId, staged: false, location, locations }
          // It is kept for the answer.
          await storageAccessBeforeCreate(parts, call, newTable(place, table, ownerId), placeRights)
        }
        const creation = {
          place,
          metadata,
          id: relationId,
          ownerId,
          ...(model.kind === 'view'
            ? { definerId: definerOf(await policyOf(parts, call, decision.policyVersion)) }
            : {}),
          placeRights,
          file,
        }
        await createRelation(parts, model, models, creation, ridersOf(call, decision, keep(200, relationId)))
      } else if (replaced !== null) {
        const { found, decision: manage } = replaced
        if (found.relation.uuid !== model.uuid(metadata)) {
          const shown = formatIdentifier(identifier)
          throw new HeadgateError(
            'bad-request',
            `The metadata file is of another ${model.kind} than ${shown}: its uuid differs. Drop that one first.`,
          )
        }
        relationId = found.relation.id
        const policyVersion = commonPolicyVersion(decision, manage)
        const riders = ridersOf(call, { ...manage, policyVersion }, keep(200, relationId))
        const rights = placeRightsOf(parts, call, found.chain, manage)
        const change = { target: found, metadata, file, placeRights: rights }
        await repoint(parts, model, models, change, riders)
      }
      return answer(relationId)
    },
    (outcome) => answer(outcome.relationId),
  )
}

/** Returns the relations, live or dropped, whose place the metadata file lies in, and that the caller manages. */
async function managedAround(
  parts: IcebergParts,
  call: Call,
  warehouse: Warehouse,
  metadataLocation: string,
): Promise<string[]> {
  const claim = claimFor(warehouse, [metadataLocation])
  const ids = await findRelationsAround(parts.sql, claim.ancestors)
  const chains = await Promise.all(ids.map((id) => chainOf(parts, warehouse, id)))
  return ids.filter((_, index) => {
    const chain = chains[index] ?? null
    return chain !== null && decide(call.policy, chain, 'manage').outcome === 'allow'
  })
}

async function chainOf(
  { sql, refresh }: IcebergParts,
  warehouse: Warehouse,
  id: string,
): Promise<Chain | null> {
  const { relation } = await refresh.states.get({ relationId: id, warehouseId: warehouse.id, name: null })
  if (relation === null) return null
  if (relation.namespace === null) return (await lookUpDropped(sql, warehouse, id))?.chain ?? null
  const above = namespaceChain(
    relation.namespace,
    warehouseChain(warehouse),
    levelsOf(relation.namespace.path),
  )
  return relationChain(above, id, relation.ownerId, relation)
}

/**
 * Registering the newest metadata file of a dropped relation brings that one back, its grants and history with it, for
 * whoever manages it. Nobody else may take its files over while it can still be restored.
 */
function allowDropped(call: Call, { row, chain }: DroppedTarget, metadataLocation: string): Decision {
  const decision = decide(call.policy, chain, 'manage')
  if (decision.outcome === 'allow' && row.metadataLocation === metadataLocation) return decision
  const message =
    decision.outcome === 'allow'
      ? `This ${row.kind} was dropped and can be restored (id ${row.id}): register its newest metadata file, ${row.metadataLocation}, or purge it first.`
      : `This ${row.kind} was dropped and can still be restored by those who manage it: ask them, or wait for the end of its retention.`
  throw new HeadgateError('already-exists', message)
}
