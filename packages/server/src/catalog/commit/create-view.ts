import { randomUUID } from 'node:crypto'
import type { CreateViewRequest } from '@headgate/iceberg/rest'
import { createViewMetadata } from '@headgate/iceberg/view'
import { chooseDefiner } from '../../access/through-views.ts'
import { takenError } from '../existing.ts'
import { findNameToCreate } from '../find-name.ts'
import { locationRights } from '../location-rights.ts'
import { defaultLocation } from '../locations.ts'
import { viewModel } from '../relation-model.ts'
import type { RelationRef } from '../target.ts'
import type { CommitContext } from './commit-context.ts'
import type { CommittedRelation } from './committed-relation.ts'
import { createRelation } from './create-relation.ts'
import type { CommitDeps } from './deps.ts'
import type { Outcome } from './outcome.ts'

/**
 * Creates a view. The caller becomes its definer: readers of the view access its tables with the rights of
 * the definer.
 */
export async function createView(
  deps: CommitDeps,
  context: CommitContext,
  ref: RelationRef,
  { location, schema, viewVersion: version, properties }: Omit<CreateViewRequest, 'name'>,
): Promise<Outcome<CommittedRelation>> {
  const { found: name, decision, policy } = await findNameToCreate(deps, context, ref)
  if (name.relation !== null) throw takenError('view', name.relation.kind, ref.identifier)
  const metadata = createViewMetadata({
    uuid: randomUUID(),
    location: location ?? defaultLocation(ref.warehouse),
    schema,
    version,
    properties,
    now: deps.now(),
  })
  const choosesLocation = location !== undefined || properties['write.metadata.path'] !== undefined
  const creation = {
    name,
    metadata,
    id: randomUUID(),
    ownerId: context.identity.principal.id,
    definerId: chooseDefiner(policy),
    locationRights: choosesLocation ? locationRights(policy, name.namespaceChain) : null,
    isReserved: false,
    file: null,
  }
  return await createRelation(deps, context, viewModel, deps.decodedViews, creation, decision)
}
