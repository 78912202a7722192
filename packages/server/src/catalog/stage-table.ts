import type { TableMetadata } from '@headgate/iceberg/metadata'
import { lockLocations, overlapsOthers } from '../store/locations.ts'
import type { Riders } from '../store/riders.ts'
import { insertStaged } from '../store/staged-relations.ts'
import { pathOf } from '../store/namespaces.ts'
import { canonicalPrefix } from '../storage/location-relations.ts'
import { parseLocation } from '../storage/location.ts'
import { takenError } from './existing.ts'
import { checkLocations, overlapError } from './locations.ts'
import type { CatalogParts } from './parts.ts'
import { tableModel } from './relation-model.ts'
import { Stale } from './stale.ts'
import type { Place } from './target.ts'

export interface Staging {
  /** Reserved for the table. */
  readonly id: string
  readonly place: Place
  readonly metadata: TableMetadata
  readonly principalId: string
}

/**
 * Reserves an id for a table that its first commit will create. Nothing is written to storage and the table is in no
 * listing; the record is how an abandoned one is found later.
 */
export async function stageTable(
  parts: CatalogParts,
  { id, place, metadata, principalId }: Staging,
  riders: Riders,
): Promise<void> {
  const { warehouse, identifier } = place
  if (place.relation !== null) throw takenError('table', place.relation.kind, identifier)
  const checked = checkLocations(warehouse, tableModel.locations(metadata))
  await parts.sql.transaction(async (tx) => {
    await lockLocations(tx)
    if (await overlapsOthers(tx, id, checked)) throw overlapError()
    const staged = {
      id,
      warehouseId: warehouse.id,
      path: pathOf(identifier.namespace),
      name: identifier.name,
      uuid: tableModel.uuid(metadata) ?? id,
      location: canonicalPrefix(parseLocation(metadata.location)),
      prefixes: checked.prefixes,
      principalId,
    }
    if (!(await insertStaged(tx, staged, riders))) throw new Stale()
  })
}
