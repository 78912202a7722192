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

/** Rights of a caller on a location that the caller chose in place of the default location. */
export interface LocationRights {
  /**
   * Whether the caller has `administer-storage` on the object. If true, the location may already contain
   * files.
   */
  readonly administersStorage: boolean
  /**
   * Whether the caller may use a retired location: the former location of another relation, which the server
   * has not released yet.
   */
  readonly reusesRetired: boolean
  /**
   * Ids of the namespace of the relation and of its parents. A location that is granted to one of these
   * namespaces may already contain files.
   */
  readonly namespaceIds: readonly string[]
}

/** Locations that a client chose for one relation, with the rights of the caller on these locations. */
export interface ChosenPlaces extends ClaimedPlaces, LocationRights {}

/**
 * Checks, without a lock, that a client may use the locations that it chose. A location must not overlap with
 * a location claim of another owner in any warehouse. If it contains files, the owner must already claim it,
 * or it must be granted to a namespace of the relation, or the caller must have `administer-storage`.
 * Compares the claims before it accesses storage, so that an error reveals nothing about files of other
 * relations.
 *
 * @param ownerIds ids of the relation itself, and of the staged tables whose creation it completes
 * @throws HeadgateError `bad-request` for an overlap, `forbidden` for a location that contains files
 */
export async function checkChosenPlaces(
  sql: Queryable,
  warehouse: Pick<Warehouse, 'id' | 'storage'>,
  chosen: ChosenPlaces,
  ownerIds: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  if ((await findConflict(sql, chosen, toClaimOwner(warehouse, chosen, ownerIds))) !== null)
    throw overlapError()
  if (chosen.administersStorage) return
  const usable = await findUsablePlaces(sql, ownerIds, chosen.namespaceIds)
  for (const [index, location] of chosen.locations.entries()) {
    const place = chosen.places[index] ?? ''
    if (usable.some((other) => place.startsWith(other))) continue
    if (await hasFiles(warehouse, location, signal)) throw occupiedError(location)
  }
}

/**
 * Compares the chosen locations with all location claims again, in the transaction that claims them. Deletes
 * the claims of retired locations that are reused. The caller must hold the lock of `lockLocations`. Makes no
 * storage request.
 *
 * @throws HeadgateError `bad-request` for an overlap
 */
export async function confirmChosenPlaces(
  tx: Queryable,
  warehouse: Pick<Warehouse, 'id'>,
  chosen: ChosenPlaces,
  ownerIds: readonly string[],
): Promise<void> {
  if ((await findConflict(tx, chosen, toClaimOwner(warehouse, chosen, ownerIds))) !== null)
    throw overlapError()
  // A staged table that this change creates may have retired the location itself, so the location is reused
  // in this case too.
  if (chosen.reusesRetired || ownerIds.length > 1) await reuseRetired(tx, chosen.places)
}

/**
 * Returns whether another relation, staged table or warehouse claims a location that overlaps with the given
 * ones.
 */
export async function areTaken(
  sql: Queryable,
  warehouse: Pick<Warehouse, 'id'>,
  places: Pick<ClaimedPlaces, 'places' | 'ancestors'>,
  ownerIds: readonly string[],
): Promise<boolean> {
  const owner = { ownerIds, warehouseId: warehouse.id, reusesRetired: true }
  return (await findConflict(sql, places, owner)) !== null
}

/**
 * Returns whether another owner claims a location that overlaps with a location of the relation or staged
 * table.
 */
export async function overlapsOthers(
  sql: Queryable,
  { relationId, warehouseId }: { readonly relationId: string; readonly warehouseId: string },
): Promise<boolean> {
  const places = await findUsablePlaces(sql, [relationId], [])
  const ancestors = [...new Set(places.flatMap(ancestorPlaces))]
  return areTaken(sql, { id: warehouseId }, { places, ancestors }, [relationId])
}

function toClaimOwner(
  { id }: Pick<Warehouse, 'id'>,
  { reusesRetired }: LocationRights,
  ownerIds: readonly string[],
): ClaimOwner {
  return { ownerIds, warehouseId: id, reusesRetired }
}

/** Returns whether a location contains at least one file. Reads at most one page of a listing. */
async function hasFiles(
  { storage }: Pick<Warehouse, 'storage'>,
  location: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  for await (const _ of storage.list(location, { pageSize: 1, ...(signal === undefined ? {} : { signal }) }))
    return true
  return false
}

/** Returns the error for overlapping locations. The message does not name the other relation. */
export function overlapError(): HeadgateError {
  return new HeadgateError(
    'bad-request',
    'Location overlaps with the location of another table or view (possibly a dropped or staged one) or of another warehouse. Choose another location, or omit it.',
  )
}

function occupiedError(location: string): HeadgateError {
  return new HeadgateError(
    'forbidden',
    `Location ${shown(location)} contains files. Choose an empty location, omit it, or ask a holder of administer-storage to create the table, or to grant the location to the namespace: headgate namespace grant-location NAMESPACE LOCATION`,
  )
}
