import type { CommitTableRequest } from '@headgate/iceberg/rest'
import type { Committed } from '../catalog/commit-relation.ts'
import { createRelation } from '../catalog/create-relation.ts'
import { composeStagedCreate } from '../catalog/staged-create.ts'
import type { Call } from '../http/operation.ts'
import type { Keep } from '../idempotency/idempotent.ts'
import { findPlace, type RelationPlace } from './find.ts'
import { placeRightsOf } from './place-rights.ts'
import type { IcebergParts } from './parts.ts'
import { ridersOf } from './riders.ts'
import { tableModel } from '../catalog/relation-model.ts'

/** The commit that creates a table, staged before or not. */
export async function createStaged(
  parts: IcebergParts,
  call: Call,
  at: RelationPlace,
  request: Pick<CommitTableRequest, 'requirements' | 'updates'>,
  keep: Keep,
): Promise<Omit<Committed, 'relation'>> {
  const { found, decision } = await findPlace(parts, call, at)
  const placeRights = placeRightsOf(parts, call, found.namespaceChain, decision)
  const ownerId = call.identity.principal.id
  const creation = await composeStagedCreate(parts, found, { ...request, placeRights }, ownerId)
  const riders = ridersOf(call, decision, keep(200, creation.id))
  const { file, metadataKey } = await createRelation(parts, tableModel, parts.tableModels, creation, riders)
  return { metadataLocation: file.location, metadataKey, text: file.text }
}
