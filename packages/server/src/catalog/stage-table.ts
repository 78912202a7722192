import type { TableMetadata } from '@headgate/iceberg/metadata'
import { lockLocations, overlapsOthers } from '../store/locations.ts'
import type { Riders } from '../store/riders.ts'
import type { Queryable } from '../store/sql.ts'
import { insertStaged } from '../store/staged-relations.ts'
import { pathOf } from '../store/namespaces.ts'
import { canonicalPrefix } from '../storage/location-relations.ts'
import { parseLocation } from '../storage/location.ts'
import { confirmPolicy } from './confirm-policy.ts'
import { takenError } from './existing.ts'
import { claimFor, overlapError } from './locations.ts'
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
  /** True when somebody else chose a location: it is then checked against those of all other relations. */
  readonly locationChosen: boolean
}

/**
 * Reserves an id for a table that its first commit will create. Nothing is written to storage and the table is in no
 * listing; the record is how an abandoned one is found later.
 */
export async function stageTable(
  parts: CatalogParts,
  { id, place, metadata, principalId, locationChosen }: Staging,
  riders: Riders,
): Promise<void> {
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
    prefixes: claim.prefixes,
    principalId,
  }
  const insert = async (sql: Queryable): Promise<void> => {
    if (!(await insertStaged(sql, staged, riders))) throw new Stale()
  }
  if (!locationChosen) return insert(parts.sql)
  await parts.sql.transaction(async (tx) => {
    await lockLocations(tx)
    if (await overlapsOthers(tx, id, claim)) throw overlapError()
    await insert(tx)
    await confirmPolicy(tx, riders)
  })
}
