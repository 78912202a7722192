import type { MasterKey } from '../keys/master-key.ts'
import {
  contains,
  type Location,
  ManyPlaces,
  parseLocation,
  type StoragePlace,
  type StorageProfile,
  type StorageRegistry,
} from '@headgate/storage'
import type { WarehouseRow } from '../store/warehouses.ts'
import { openProfile } from './storage-secret.ts'
import type { OpenedStorage, S3Store } from './warehouses.ts'

export interface OpenStorageDeps {
  readonly master: MasterKey
  readonly registry: StorageRegistry
}

/**
 * Opens the storage of a warehouse from its stored storage profile: the root, and the allowed locations on
 * the same store.
 *
 * @throws HeadgateError `internal` when the secret of the profile cannot be decrypted, `bad-request` when a
 *   location is malformed
 */
export async function openWarehouseStorage(
  row: WarehouseRow,
  { master, registry }: OpenStorageDeps,
): Promise<OpenedStorage> {
  const profile = openProfile(master, row)
  const root = toRootLocation(profile)
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
  return { storage, root, hints: toHints(profile), store: toS3Store(profile) }
}

function toS3Store(profile: StorageProfile): S3Store | null {
  if (profile.type === 'file' || profile.credentials === 'none') return null
  const { bucket, region, endpoint = null, pathStyle = endpoint !== null } = profile
  const { accessKeyId, secretAccessKey, sessionToken } = profile
  const keys =
    accessKeyId === undefined || secretAccessKey === undefined
      ? null
      : { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
  return { bucket, region, endpoint, pathStyle, keys: () => keys }
}

/** Returns the root location of a storage profile. */
export function toRootLocation(profile: StorageProfile): string {
  if (profile.type === 'file') return profile.bucket === undefined ? profile.root : `s3://${profile.bucket}`
  const prefix = profile.prefix?.replaceAll(/^\/+|\/+$/g, '') ?? ''
  return prefix === '' ? `s3://${profile.bucket}` : `s3://${profile.bucket}/${prefix}`
}

/**
 * Returns the client properties that describe the storage, such as endpoint and region. They never contain a
 * storage key.
 */
function toHints(profile: StorageProfile): Readonly<Record<string, string>> {
  // When the server itself has no access to the storage, the upstream catalog returns the region and the
  // endpoint of the storage.
  if (profile.type === 'file' || profile.credentials === 'none') return {}
  const { region, endpoint, pathStyle = endpoint !== undefined } = profile
  return {
    'client.region': region,
    's3.path-style-access': String(pathStyle),
    ...(endpoint === undefined ? {} : { 's3.endpoint': endpoint }),
  }
}

/**
 * Returns the allowed locations of a warehouse that are neither within its root nor within another allowed
 * location.
 */
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
  // The allowed locations of a directory with a bucket name are always within the directory, so the root
  // stays unchanged.
  if (profile.type === 'file') return profile.bucket === undefined ? { ...profile, root: place } : profile
  const { bucket, key } = parseLocation(place)
  const { prefix: _, ...rest } = profile
  return key === '' ? { ...rest, bucket } : { ...rest, bucket, prefix: key }
}
