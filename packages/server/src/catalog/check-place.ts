import { HeadgateError } from '@headgate/errors'
import { withoutLinks } from '../storage/file-roots.ts'
import { contains, overlaps } from '../storage/location-relations.ts'
import { type Location, parseLocation } from '../storage/location.ts'
import { parseStorageProfile, type StorageProfile } from '../storage/storage-profile.ts'
import type { Queryable } from '../store/sql.ts'
import { lockWarehousePlaces } from '../store/warehouse-writes.ts'
import { bucketOfDirectory } from './check-vending.ts'
import { rootOf } from './open-storage.ts'

/**
 * Refuses a place that another warehouse has or a part of it: two at one place would see, and delete, each other's files.
 *
 * @throws HeadgateError `already-exists`
 */
export async function checkPlace(tx: Queryable, profile: StorageProfile): Promise<void> {
  const wanted = placeOf(profile)
  const bucket = bucketOfDirectory(profile)
  for (const { name, storage } of await lockWarehousePlaces(tx)) {
    const other = parseStorageProfileOrNull(storage)
    if (other === null || other.type !== profile.type || storeOf(other) !== storeOf(profile)) continue
    if (bucket !== null && bucketOfDirectory(other) === bucket) {
      throw new HeadgateError(
        'already-exists',
        `The bucket name ${bucket} is that of warehouse ${name}: choose another one.`,
      )
    }
    const place = placeOf(other)
    if (!overlaps(wanted, place)) continue
    const how = contains(place, wanted) ? 'lies in' : 'holds'
    throw new HeadgateError(
      'already-exists',
      `The storage location ${how} that of warehouse ${name}: choose another one.`,
    )
  }
}

/** Where the objects really are, whatever clients see it as and whatever links lead there. */
function placeOf(profile: StorageProfile): Location {
  return profile.type === 'file' ? withoutLinks(parseLocation(profile.root)) : parseLocation(rootOf(profile))
}

/** Buckets of one name on two stores are two places. */
function storeOf(profile: StorageProfile): string {
  return profile.type === 'file' || profile.endpoint === undefined
    ? profile.type
    : new URL(profile.endpoint).href
}

/** Without its secret a profile has half of its keys, which is no matter here. */
function parseStorageProfileOrNull(storage: Readonly<Record<string, unknown>>): StorageProfile | null {
  const { accessKeyId: _, ...rest } = storage
  try {
    return parseStorageProfile(storage['type'] === 's3' ? { ...rest, credentials: 'default-chain' } : rest)
  } catch {
    return null
  }
}
