import {
  parseLocation,
  parseStorageProfile,
  type PlaceOf,
  type PlaceRule,
  placeRules,
  type StorageProfile,
} from '@headgate/storage'
import type { WarehousePlace } from '../store/warehouse-writes.ts'

/**
 * Returns the mapping of a stored warehouse's locations to physical places. Needs no secret.
 *
 * @throws HeadgateError `bad-request` when the stored profile is malformed
 */
export function storedPlaceRules(row: Pick<WarehousePlace, 'storage' | 'allowedLocations'>): {
  readonly rules: readonly PlaceRule[]
  readonly placeOf: PlaceOf
  /** Name of the store; null: it has no name. */
  readonly storeName: string | null
} {
  const profile = storedProfile(row.storage)
  const storeName = profile.type === 's3' ? (profile.store ?? null) : null
  return { ...placeRules(profile, row.allowedLocations.map(parseLocation)), storeName }
}

/** Returns a stored profile without the access key id, which is useless without the secret key. */
export function storedProfile(storage: Readonly<Record<string, unknown>>): StorageProfile {
  const { accessKeyId: _, ...rest } = storage
  return parseStorageProfile(storage['type'] === 's3' ? { ...rest, credentials: 'default-chain' } : rest)
}
