import { HeadgateError } from '@headgate/errors'
import { shown } from '../storage/location-text.ts'
import { ancestorPlaces } from '../storage/physical-place.ts'
import {
  type ClaimedPlaces,
  type ClaimOwner,
  findConflict,
  findUsablePlaces,
  reuseRetired,
} from '../store/location-claims.ts'
import type { Queryable } from '../store/sql.ts'
import type { Warehouse } from './warehouses.ts'

/** What a caller may do with a place that a client chose. */
export interface PlaceRights {
  /** The caller administers storage of the object: the place may hold files, and may be a retired one. */
  readonly administersStorage: boolean
  /** Ids of the namespaces around the relation, whose granted places may hold files. */
  readonly namespaceIds: readonly string[]
}

/** Places that a client chose, to be claimed for one relation. */
export interface ChosenPlaces extends ClaimedPlaces, PlaceRights {}

/**
 * Checks, without a lock, that a client may use the places that it chose. The rule: no claim of any warehouse overlaps
 * them, and each one is empty, or was claimed by the owner before, or lies within a place that was granted to a namespace
 * around the relation, or the caller administers the storage. Claims are compared before storage is asked, so that an
 * answer tells nothing about files of others.
 *
 * @param ownerIds the relation itself, and the attempts that it takes over
 * @throws HeadgateError `bad-request` for an overlap, `forbidden` for a place with files
 */
export async function checkChosenPlaces(
  sql: Queryable,
  warehouse: Pick<Warehouse, 'id' | 'storage'>,
  chosen: ChosenPlaces,
  ownerIds: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  if ((await findConflict(sql, chosen, ownerOf(warehouse, chosen, ownerIds))) !== null) throw overlapError()
  if (chosen.administersStorage) return
  const usable = await findUsablePlaces(sql, ownerIds, chosen.namespaceIds)
  for (const [index, location] of chosen.locations.entries()) {
    const place = chosen.places[index] ?? ''
    if (usable.some((other) => place.startsWith(other))) continue
    if (await hasFiles(warehouse, location, signal)) throw occupiedError(location)
  }
}

/**
 * Compares the places with all claims again, and ends the retirement of those that are used again. Call in the transaction
 * that claims them, after `lockLocations`. No storage call is made.
 *
 * @throws HeadgateError `bad-request` for an overlap
 */
export async function confirmChosenPlaces(
  tx: Queryable,
  warehouse: Pick<Warehouse, 'id'>,
  chosen: ChosenPlaces,
  ownerIds: readonly string[],
): Promise<void> {
  if ((await findConflict(tx, chosen, ownerOf(warehouse, chosen, ownerIds))) !== null) throw overlapError()
  // Retired places of attempts that were taken over lie there too.
  if (chosen.administersStorage || ownerIds.length > 1) await reuseRetired(tx, chosen.places)
}

/** Returns true when a claim of another relation, staged create or warehouse overlaps the places. */
export async function areTaken(
  sql: Queryable,
  warehouse: Pick<Warehouse, 'id'>,
  places: Pick<ClaimedPlaces, 'places' | 'ancestors'>,
  ownerIds: readonly string[],
): Promise<boolean> {
  const owner = { ownerIds, warehouseId: warehouse.id, reusesRetired: true }
  return (await findConflict(sql, places, owner)) !== null
}

/** Returns true when a claim of another owner overlaps one of the places that a relation or staged create claims. */
export async function overlapsOthers(
  sql: Queryable,
  { relationId, warehouseId }: { readonly relationId: string; readonly warehouseId: string },
): Promise<boolean> {
  const places = await findUsablePlaces(sql, [relationId], [])
  const ancestors = [...new Set(places.flatMap(ancestorPlaces))]
  return areTaken(sql, { id: warehouseId }, { places, ancestors }, [relationId])
}

function ownerOf(
  { id }: Pick<Warehouse, 'id'>,
  { administersStorage }: PlaceRights,
  ownerIds: readonly string[],
): ClaimOwner {
  return { ownerIds, warehouseId: id, reusesRetired: administersStorage }
}

/** Reads at most one page of a listing. */
async function hasFiles(
  { storage }: Pick<Warehouse, 'storage'>,
  location: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  for await (const _ of storage.list(location, { pageSize: 1, ...(signal === undefined ? {} : { signal }) }))
    return true
  return false
}

/** The error for an overlap. It does not name the other relation. */
export function overlapError(): HeadgateError {
  return new HeadgateError(
    'bad-request',
    'Location overlaps with that of another table or view, of a dropped one, of one that is being created, or of another warehouse: choose another one, or leave it out.',
  )
}

function occupiedError(location: string): HeadgateError {
  return new HeadgateError(
    'forbidden',
    `Location ${shown(location)} holds files already. Choose an empty one, leave it out, or ask a holder of administer-storage to create the table, or to grant the place to the namespace: headgate namespace grant-location NAMESPACE LOCATION`,
  )
}
