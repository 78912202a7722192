import type { TableIdentifier } from '@headgate/iceberg/rest'
import type { PublishedPlan } from '../commit/publish.ts'
import { unchangedLocations } from '../commit/changed-locations.ts'
import type { LocationRights } from '../chosen-places.ts'
import { claimFor } from '../locations.ts'
import { toRowVersion, type ResolvedName, type Target } from '../target.ts'

/** Plan for the row of a Lance table, in the form that `publish` and `explainRefusal` accept. */
export interface LancePlan extends PublishedPlan {
  readonly identifier: TableIdentifier
  readonly model: { readonly kind: 'lance-table' }
}

/**
 * Values for the columns of Iceberg metadata, which a Lance table does not use because its metadata is in the
 * storage.
 */
const noMetadata = { body: null, refs: null, digest: '' } as const
const model = { kind: 'lance-table' } as const

/**
 * Plans the row of a new Lance table.
 *
 * @param rights rights of the caller on the location that it chose. Null for a default location
 */
export function planLanceTable(
  { warehouse, identifier, namespaceId }: ResolvedName,
  { id, ownerId, location }: { readonly id: string; readonly ownerId: string; readonly location: string },
  rights: LocationRights | null,
): LancePlan {
  const claim = claimFor(warehouse, [location])
  const { locations: prefixes, places, storeName } = claim
  const relation = {
    id,
    warehouseId: warehouse.id,
    namespaceId,
    name: identifier.name,
    kind: model.kind,
    uuid: id,
    metadataLocation: location,
    location,
    prefixes,
    places,
    storeName,
    isReserved: false,
    ownerId,
    definerId: null,
  }
  return {
    warehouse,
    identifier,
    model,
    textColumns: noMetadata,
    write: { type: 'create', relation },
    ...unchangedLocations,
    chosen: rights === null ? null : { ...claim, ...rights },
  }
}

/** Plans the change of the location of an existing Lance table. */
export function planLanceMove(target: Target, location: string, rights: LocationRights): LancePlan {
  const { warehouse, identifier, relation } = target
  const claim = claimFor(warehouse, [location])
  const replacement = {
    rowVersion: toRowVersion(target),
    uuid: relation.uuid,
    metadataLocation: location,
    location,
    definerId: null,
  }
  return {
    warehouse,
    identifier,
    model,
    textColumns: noMetadata,
    write: { type: 'replace', replacement },
    recorded: claim,
    chosen: { ...claim, ...rights },
  }
}
