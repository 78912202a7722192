import { HeadgateError } from '@headgate/errors'
import { ancestorPlaces, shown } from '@headgate/storage'
import {
  type ClaimedPlaces,
  type ClaimOwner,
  findConflict,
  findUsablePlaces,
  reuseRetired,
} from '../store/location-claims.ts'
import type { Queryable } from '../store/sql.ts'
import type { Warehouse } from './warehouses.ts'

/** Rights of a caller on a location that a client chose. */
export interface LocationRights {
  /** The caller administers storage of the object: the location may contain files. */
  readonly administersStorage: boolean
  /** The location may be retired. */
  readonly reusesRetired: boolean
  /** Ids of the namespaces around the relation. Locations that are granted to them may contain files. */
  readonly namespaceIds: readonly string[]
}

/** Locations that a client chose, to be claimed for one relation. */
export interface ChosenPlaces extends ClaimedPlaces, LocationRights {}

/**
 * Checks, without a lock, that a client may use the locations that it chose. No claim of any warehouse may overlap them.
 * Each location must be empty, or claimed by the owner before, or inside a location that is granted to a namespace around
 * the relation, or the caller administers the storage. Compares claims before it calls storage, so that an error reveals
 * nothing about files of other relations.
 *
 * @param ownerIds ids of the relation itself, and of the staged creates that it completes
 * @throws HeadgateError `bad-request` for an overlap, `forbidden` for a location that contains files
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
 * Compares the locations with all claims again, and ends the retirement of those that are used again. Call in the
 * transaction that claims them, after `lockLocations`. Makes no storage call.
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
  // Retired locations of completed staged creates can be there too.
  if (chosen.reusesRetired || ownerIds.length > 1) await reuseRetired(tx, chosen.places)
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

/** Returns true when a claim of another owner overlaps one of the locations that a relation or staged create claims. */
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
  { reusesRetired }: LocationRights,
  ownerIds: readonly string[],
): ClaimOwner {
  return { ownerIds, warehouseId: id, reusesRetired }
}

/** Returns whether a place contains a file. Reads at most one page of a listing. */
async function hasFiles(
  { storage }: Pick<Warehouse, 'storage'>,
  location: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  for await (const _ of storage.list(location, { pageSize: 1, ...(signal === undefined ? {} : { signal }) }))
    return true
  return false
}

/** Returns the error for an overlap. It does not name the other relation. */
export function overlapError(): HeadgateError {
  return new HeadgateError(
    'bad-request',
    'Location overlaps with that of another table or view, a dropped one, a staged one, or another warehouse: choose another location, or omit it.',
  )
}

function occupiedError(location: string): HeadgateError {
  return new HeadgateError(
    'forbidden',
    `Location ${shown(location)} contains files. Choose an empty location, omit it, or ask a holder of administer-storage to create the table, or to grant the location to the namespace: headgate namespace grant-location NAMESPACE LOCATION`,
  )
}
