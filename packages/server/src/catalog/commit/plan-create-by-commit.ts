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

/**
 * Commit that creates a table (`assert-create`), with the policy of the caller and the owner of the new
 * table.
 */
export interface CreateByCommitRequest extends CommitRequest<TableUpdate, TableRequirement> {
  /** Policy with which the caller was authorized. */
  readonly policy: Policy
  readonly ownerId: string
}

/**
 * Plans the creation of a table by a commit with the requirement `assert-create`. If an earlier stage-create
 * request reserved the location, the table gets the reserved id, and the reserved locations are not checked
 * again. All other locations are checked like locations that a client chose. Without a reservation, the table
 * cannot use a retired location.
 */
export async function planCreateByCommit(
  deps: CatalogDeps,
  name: ResolvedName,
  { requirements, updates, policy, ownerId }: CreateByCommitRequest,
): Promise<Plan<TableMetadata>> {
  const { warehouse, identifier, namespaceId, relation } = name
  tableModel.check(null, requirements)
  if (relation !== null && relation.kind !== 'table') throw takenError('table', relation.kind, identifier)
  // Clients recognize this conflict by the text "Requirement failed" and by the error type of an existing
  // name.
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
  // Earlier versions could reserve a chosen location that another relation had claimed, so a chosen location
  // is compared again. A random default location cannot overlap.
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
    // Without a reservation, the retired location may come from the same stage-create request, whose
    // reservation an administrator has cleared. The server is then deleting the files at this location, so it
    // must not be reused.
    locationRights: rights === null || staged !== null ? rights : { ...rights, reusesRetired: false },
    isReserved: staged !== null,
    file: null,
  })
}

/**
 * Returns the updates of a commit with a `set-location` update at the front, unless they already contain one.
 */
function withLocation(updates: readonly TableUpdate[], choose: () => string): readonly TableUpdate[] {
  if (updates.some(({ action }) => action === 'set-location')) return updates
  return [{ action: 'set-location', location: choose() }, ...updates]
}
