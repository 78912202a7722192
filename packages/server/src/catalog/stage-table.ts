import type { TableMetadata } from '@headgate/iceberg/metadata'
import { lockLocations } from '../store/location-claims.ts'
import { pathOf } from '../store/namespaces.ts'
import type { Riders } from '../store/riders.ts'
import type { Queryable } from '../store/sql.ts'
import { findAttempts, insertStaged, lockAttempts, removeAttempts } from '../store/staged-relations.ts'
import { canonicalPrefix } from '../storage/location-relations.ts'
import { parseLocation } from '../storage/location.ts'
import {
  type ChosenPlaces,
  checkChosenPlaces,
  confirmChosenPlaces,
  type PlaceRights,
} from './chosen-places.ts'
import { confirmPolicy } from './confirm-policy.ts'
import { takenError } from './existing.ts'
import { claimFor } from './locations.ts'
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
  /** Set when a client chose a location, which is then compared with all claims. */
  readonly placeRights: PlaceRights | null
  /** Lifetime of the reservation of a chosen location: no storage access to it can be renewed afterwards. */
  readonly reservationSeconds: number
}

/**
 * Reserves an id and places for a table that its first commit will create. Nothing is written to storage and the table is
 * in no listing; the record is how an abandoned create is found later.
 *
 * A principal that stages the same name again at a chosen location takes over its earlier attempts there: their tokens
 * and commits are refused, and their files count as those of this attempt.
 */
export async function stageTable(parts: CatalogParts, staging: Staging, riders: Riders): Promise<void> {
  const { id, place, metadata, principalId, placeRights, reservationSeconds } = staging
  const { warehouse, identifier } = place
  if (place.relation !== null) throw takenError('table', place.relation.kind, identifier)
  const claim = claimFor(warehouse, tableModel.locations(metadata))
  const staged = {
    id,
    warehouseId: warehouse.id,
    path: pathOf(identifier.namespace),
    name: identifier.name,
    uuid: tableModel.uuid(metadata) ?? id,
    location: canonicalPrefix(parseLocation(metadata.location)),
    prefixes: claim.locations,
    places: claim.places,
    principalId,
    seconds: placeRights === null ? null : reservationSeconds,
  }
  const insert = async (sql: Queryable): Promise<void> => {
    if (!(await insertStaged(sql, staged, riders))) throw new Stale()
  }
  if (placeRights === null) return insert(parts.sql)
  const chosen: ChosenPlaces = { ...claim, ...placeRights }
  const earlier = await findAttempts(parts.sql, staged, claim.places)
  await checkChosenPlaces(parts.sql, warehouse, chosen, [id, ...earlier])
  await parts.sql.transaction(async (tx) => {
    await lockLocations(tx)
    const attempts = await lockAttempts(tx, staged, claim.places)
    await removeAttempts(tx, attempts)
    await confirmChosenPlaces(tx, warehouse, chosen, [id, ...attempts])
    await insert(tx)
    await confirmPolicy(tx, riders)
  })
}
