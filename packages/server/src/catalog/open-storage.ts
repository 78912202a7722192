import type { MasterKey } from '../keys/master-key.ts'
import { contains } from '../storage/location-relations.ts'
import { type Location, parseLocation } from '../storage/location.ts'
import { ManyPlaces, type StoragePlace } from '../storage/many-places.ts'
import type { StorageRegistry } from '../storage/registry.ts'
import type { StorageProfile } from '../storage/storage-profile.ts'
import type { WarehouseRow } from '../store/warehouses.ts'
import { openProfile } from './storage-secret.ts'
import type { OpenedStorage, S3Store } from './warehouses.ts'

export interface OpenStorageParts {
  readonly master: MasterKey
  readonly registry: StorageRegistry
}

/**
 * Makes the stored storage profile of a warehouse usable: its own place, and its allowed locations on the same store.
 *
 * @throws HeadgateError `internal` when its secret cannot be opened, `bad-request` when a place is malformed
 */
export async function openStorageOf(
  row: WarehouseRow,
  { master, registry }: OpenStorageParts,
): Promise<OpenedStorage> {
  const profile = openProfile(master, row)
  const root = rootOf(profile)
  const open = async (place: string): Promise<StoragePlace> => ({
    place,
    storage: await registry.open({
      id: `${row.id} ${place}`,
      version: row.version,
      profile: profileAt(profile, place),
    }),
  })
  const [own, ...others] = await Promise.all([
    open(root),
    ...otherPlaces(root, row.allowedLocations).map(open),
  ])
  const storage = others.length === 0 ? own.storage : new ManyPlaces(own, others)
  return { storage, root, hints: hintsOf(profile), store: storeOf(profile) }
}

function storeOf(profile: StorageProfile): S3Store | null {
  if (profile.type === 'file') return null
  const { bucket, region, endpoint = null, pathStyle = endpoint !== null } = profile
  const { accessKeyId, secretAccessKey, sessionToken } = profile
  const keys =
    accessKeyId === undefined || secretAccessKey === undefined
      ? null
      : { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
  return { bucket, region, endpoint, pathStyle, keys: () => keys }
}

/** The place of a profile as a location. */
export function rootOf(profile: StorageProfile): string {
  if (profile.type === 'file') return profile.bucket === undefined ? profile.root : `s3://${profile.bucket}`
  const prefix = profile.prefix?.replaceAll(/^\/+|\/+$/g, '') ?? ''
  return prefix === '' ? `s3://${profile.bucket}` : `s3://${profile.bucket}/${prefix}`
}

/** Client properties that say where the storage is; never a key. */
function hintsOf(profile: StorageProfile): Readonly<Record<string, string>> {
  if (profile.type === 'file') return {}
  const { region, endpoint, pathStyle = endpoint !== undefined } = profile
  return {
    'client.region': region,
    's3.path-style-access': String(pathStyle),
    ...(endpoint === undefined ? {} : { 's3.endpoint': endpoint }),
  }
}

/** Allowed locations that no other place holds already. */
function otherPlaces(root: string, allowed: readonly string[]): string[] {
  const own = parseLocation(root)
  const places: Location[] = []
  for (const place of allowed.map(parseLocation)) {
    if (place.scheme !== own.scheme || [own, ...places].some((other) => contains(other, place))) continue
    places.push(place)
  }
  return places.map(({ canonical }) => canonical)
}

function profileAt(profile: StorageProfile, place: string): StorageProfile {
  // A bucket that is a directory is one place: nothing else can be allowed beside it.
  if (profile.type === 'file') return profile.bucket === undefined ? { ...profile, root: place } : profile
  const { bucket, key } = parseLocation(place)
  const { prefix: _, ...rest } = profile
  return key === '' ? { ...rest, bucket } : { ...rest, bucket, prefix: key }
}
