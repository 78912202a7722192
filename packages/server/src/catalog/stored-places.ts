import { parseLocation } from '../storage/location.ts'
import { type PlaceOf, type PlaceRule, placeRules } from '../storage/physical-place.ts'
import { parseStorageProfile, type StorageProfile } from '../storage/storage-profile.ts'
import type { WarehousePlace } from '../store/warehouse-writes.ts'

/**
 * Returns how locations of a stored warehouse map to physical places. Needs no secret.
 *
 * @throws HeadgateError `bad-request` when the stored profile is malformed
 */
export function storedPlaceRules(row: Pick<WarehousePlace, 'storage' | 'allowedLocations'>): {
  readonly rules: readonly PlaceRule[]
  readonly placeOf: PlaceOf
} {
  return placeRules(storedProfile(row.storage), row.allowedLocations.map(parseLocation))
}

/** Returns a stored profile without its keys, which are only half of a pair without the secret. */
export function storedProfile(storage: Readonly<Record<string, unknown>>): StorageProfile {
  const { accessKeyId: _, ...rest } = storage
  return parseStorageProfile(storage['type'] === 's3' ? { ...rest, credentials: 'default-chain' } : rest)
}
