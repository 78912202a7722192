import { randomUUID } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { formatIdentifier } from '@headgate/iceberg/rest'
import type { TableMetadata, TableRequirement, TableUpdate } from '@headgate/iceberg/metadata'
import { canonicalPrefix, parseLocation } from '@headgate/storage'
import type { Policy } from '../../access/policy.ts'
import { findStaged } from '../../store/staged-relations.ts'
import { overlapError, overlapsOthers } from '../chosen-places.ts'
import type { CatalogDeps } from '../deps.ts'
import { takenError } from '../existing.ts'
import { locationRights } from '../location-rights.ts'
import { claimFor, defaultLocation } from '../locations.ts'
import { tableModel } from '../relation-model.ts'
import type { ResolvedName } from '../target.ts'
import { planCreate } from './plan-create.ts'
import type { Plan } from './plan.ts'
import type { CommitRequest } from './plan-updates.ts'

/** Commit that creates a table, and what decides about it. */
export interface StagedCreateRequest extends CommitRequest<TableUpdate, TableRequirement> {
  /** Policy that the caller was authorized by. */
  readonly policy: Policy
  readonly ownerId: string
}

/**
 * Plans the table that a commit with `assert-create` describes. When its location was reserved by a stage-create of the
 * same name, the table gets the id that was reserved for it, and reserved places need no further check. All other
 * locations are checked as chosen ones, and a create without a reservation never uses a retired place.
 */
export async function planStagedCreate(
  deps: CatalogDeps,
  name: ResolvedName,
  { requirements, updates, policy, ownerId }: StagedCreateRequest,
): Promise<Plan<TableMetadata>> {
  const { warehouse, identifier, namespaceId, relation } = name
  tableModel.check(null, requirements)
  if (relation?.kind === 'view') throw takenError('table', 'view', identifier)
  // Clients look for the message of the failed requirement, and for the error type of a name that is taken.
  if (relation !== null)
    throw new HeadgateError(
      'already-exists',
      `Requirement failed: table already exists: ${formatIdentifier(identifier)}`,
    )
  const { metadata } = tableModel.apply(
    null,
    withLocation(updates, () => defaultLocation(warehouse)),
    { now: deps.now(), baseLocation: null, uuid: randomUUID() },
  )
  const staged = await findStaged(deps.sql, {
    warehouseId: warehouse.id,
    namespaceId,
    name: identifier.name,
    location: canonicalPrefix(parseLocation(metadata.location)),
    uuid: updates.some(({ action }) => action === 'assign-uuid') ? tableModel.uuid(metadata) : null,
    principalId: ownerId,
  })
  const { locations } = claimFor(warehouse, tableModel.locations(metadata))
  const isReserved = locations.every((location) =>
    staged?.prefixes.some((prefix) => location.startsWith(prefix)),
  )
  // Earlier versions could reserve places that were taken. Random places cannot overlap.
  if (
    staged?.chosen === true &&
    (await overlapsOthers(deps.sql, { relationId: staged.id, warehouseId: warehouse.id }))
  )
    throw overlapError()
  const rights = isReserved ? null : locationRights(policy, name.namespaceChain)
  return planCreate(deps, tableModel, {
    name,
    metadata,
    id: staged?.id ?? randomUUID(),
    ownerId,
    definerId: null,
    // Without a reservation, a retired place can be that of this very create, which was cleared: its files are deleted.
    locationRights: rights === null || staged !== null ? rights : { ...rights, reusesRetired: false },
    isReserved: staged !== null,
    file: null,
  })
}

/** Returns the updates with a location before all others, unless the client sets one. */
function withLocation(updates: readonly TableUpdate[], choose: () => string): readonly TableUpdate[] {
  if (updates.some(({ action }) => action === 'set-location')) return updates
  return [{ action: 'set-location', location: choose() }, ...updates]
}
