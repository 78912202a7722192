import { randomUUID } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { formatIdentifier } from '@headgate/iceberg/rest'
import type { TableMetadata, TableRequirement, TableUpdate } from '@headgate/iceberg/metadata'
import { canonicalPrefix } from '../storage/location-relations.ts'
import { parseLocation } from '../storage/location.ts'
import { pathOf } from '../store/namespaces.ts'
import { findStaged } from '../store/staged-relations.ts'
import type { Creation } from './create-relation.ts'
import { takenError } from './existing.ts'
import { overlapError, overlapsOthers } from './chosen-places.ts'
import { claimFor, defaultLocation } from './locations.ts'
import type { CatalogParts } from './parts.ts'
import { type CommitRequest } from './prepare.ts'
import { tableModel } from './relation-model.ts'
import type { Place } from './target.ts'

/**
 * Returns the table that a commit with `assert-create` describes. When its location was reserved by a stage-create of the
 * same name, the table gets the id that was reserved for it, and reserved places need no further check. All other
 * locations are checked as chosen ones.
 */
export async function composeStagedCreate(
  parts: CatalogParts,
  place: Place,
  request: CommitRequest<TableUpdate, TableRequirement>,
  ownerId: string,
): Promise<Creation<TableMetadata>> {
  const { warehouse, identifier, relation } = place
  tableModel.check(null, request.requirements)
  if (relation !== null && relation.kind === 'view') throw takenError('table', 'view', identifier)
  // The words of the requirement that failed, but the type of a name that is taken: clients look for both.
  if (relation !== null)
    throw new HeadgateError(
      'already-exists',
      `Requirement failed: table already exists: ${formatIdentifier(identifier)}`,
    )
  const { metadata } = tableModel.apply(
    null,
    withLocation(request.updates, () => defaultLocation(warehouse)),
    {
      now: parts.now(),
      baseLocation: null,
      uuid: randomUUID(),
    },
  )
  const staged = await findStaged(parts.sql, {
    warehouseId: warehouse.id,
    path: pathOf(identifier.namespace),
    name: identifier.name,
    location: canonicalPrefix(parseLocation(metadata.location)),
    uuid: request.updates.some(({ action }) => action === 'assign-uuid') ? tableModel.uuid(metadata) : null,
    principalId: ownerId,
  })
  const { locations } = claimFor(warehouse, tableModel.locations(metadata))
  const isReserved = locations.every((location) =>
    staged?.prefixes.some((prefix) => location.startsWith(prefix)),
  )
  // Versions before claims reserved places that were taken. Random places cannot overlap.
  if (
    staged?.chosen === true &&
    (await overlapsOthers(parts.sql, { relationId: staged.id, warehouseId: warehouse.id }))
  )
    throw overlapError()
  const placeRights = isReserved ? null : await request.placeRights()
  const id = staged?.id ?? randomUUID()
  return { place, metadata, id, ownerId, placeRights, isReserved: staged !== null }
}

/** A create without a location gets one, before anything else is applied. */
function withLocation(updates: readonly TableUpdate[], choose: () => string): readonly TableUpdate[] {
  if (updates.some(({ action }) => action === 'set-location')) return updates
  return [{ action: 'set-location', location: choose() }, ...updates]
}
