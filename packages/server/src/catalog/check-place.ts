import { HeadgateError } from '@headgate/errors'
import {
  ancestorPlaces,
  canonicalPrefix,
  parseLocation,
  placeRules,
  type StorageProfile,
  storeIdentity,
  unnamedStoreIdentity,
} from '@headgate/storage'
import type { Queryable } from '../store/sql.ts'
import { findWarehouseConflict, type WarehouseClaim } from '../store/warehouse-claims.ts'
import { listWarehousePlaces } from '../store/warehouse-writes.ts'
import { bucketOfDirectory } from './check-vending.ts'
import { toRootLocation } from './open-storage.ts'
import { storedProfile } from './stored-places.ts'

/**
 * Returns the location claims of a warehouse: its root and its allowed locations with their physical
 * locations. Resolves symbolic links in the file system, so it must not be called while the lock of
 * `lockLocations` is held.
 */
export function warehouseClaims(
  profile: StorageProfile,
  allowedLocations: readonly string[],
): readonly WarehouseClaim[] {
  const allowed = allowedLocations.map(parseLocation)
  const { resolvePlace } = placeRules(profile, allowed)
  const root = parseLocation(toRootLocation(profile))
  return [root, ...allowed].map((location) => ({
    kind: location === root ? 'root' : 'allowed',
    location: canonicalPrefix(location),
    place: resolvePlace(location),
  }))
}

/**
 * Refuses locations that overlap with a root, an allowed location or a relation of another warehouse.
 * Warehouses that share a location could read and delete each other's files. The caller must hold the lock of
 * `lockLocations`. Makes no storage call.
 *
 * @throws HeadgateError `already-exists`
 */
export async function checkWarehousePlaces(
  tx: Queryable,
  warehouseId: string,
  profile: StorageProfile,
  claims: readonly WarehouseClaim[],
): Promise<void> {
  const others = (await listWarehousePlaces(tx)).filter(({ id }) => id !== warehouseId)
  const findName = (id: string): string => others.find((other) => other.id === id)?.name ?? 'another one'
  for (const { name, storage } of others) {
    const other = profileOrNull(storage)
    if (other !== null) checkNames(profile, other, name)
  }
  for (const { kind, location, place } of claims) {
    const found = await findWarehouseConflict(tx, warehouseId, [place], ancestorPlaces(place))
    if (found === null) continue
    const what = kind === 'root' ? 'The storage location' : `The allowed location ${location}`
    const how = found.above ? 'is equal to or inside' : 'contains'
    const whose =
      found.kind === 'root' || found.kind === 'allowed'
        ? `a location of warehouse ${findName(found.warehouseId)}`
        : `the location of a table or view of warehouse ${findName(found.warehouseId)}`
    throw new HeadgateError('already-exists', `${what} ${how} ${whose}. Choose another location.`)
  }
}

/**
 * Refuses a bucket name of a directory that another warehouse already uses. Also refuses a store name that
 * differs from that of another warehouse with the same endpoint.
 */
function checkNames(profile: StorageProfile, other: StorageProfile, name: string): void {
  const bucket = bucketOfDirectory(profile)
  if (bucket !== null && bucketOfDirectory(other) === bucket) {
    throw new HeadgateError(
      'already-exists',
      `The bucket name ${bucket} belongs to warehouse ${name}. Choose another bucket name.`,
    )
  }
  if (profile.type !== 's3' || other.type !== 's3') return
  const isOneEndpoint = unnamedStoreIdentity(profile) === unnamedStoreIdentity(other)
  if (!isOneEndpoint || storeIdentity(profile) === storeIdentity(other)) return
  throw new HeadgateError(
    'conflict',
    `Warehouse ${name} has the same endpoint and ${other.store === undefined ? 'no store name' : `the store name "${other.store}"`}. Use the same for this warehouse, so that the server can detect overlapping locations.`,
  )
}

function profileOrNull(storage: Readonly<Record<string, unknown>>): StorageProfile | null {
  try {
    return storedProfile(storage)
  } catch {
    return null
  }
}
