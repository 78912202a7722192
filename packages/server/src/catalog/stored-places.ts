import {
  parseLocation,
  parseStorageProfile,
  type ResolvePlace,
  type PlaceRule,
  placeRules,
  type StorageProfile,
} from '@headgate/storage'
import type { WarehousePlace } from '../store/warehouse-writes.ts'

/**
 * Returns the rules that convert locations of a warehouse to physical locations. Does not need the storage
 * secret of the warehouse.
 *
 * @throws HeadgateError `bad-request` when the stored storage profile is malformed
 */
export function storedPlaceRules(row: Pick<WarehousePlace, 'storage' | 'allowedLocations'>): {
  readonly rules: readonly PlaceRule[]
  readonly resolvePlace: ResolvePlace
  /** Name of the store, or null when the store has no name. */
  readonly storeName: string | null
} {
  const profile = storedProfile(row.storage)
  const storeName = profile.type === 's3' ? (profile.store ?? null) : null
  return { ...placeRules(profile, row.allowedLocations.map(parseLocation)), storeName }
}

/** Parses the storage profile in a warehouse row, without the access key id and the secrets. */
export function storedProfile(storage: Readonly<Record<string, unknown>>): StorageProfile {
  const { accessKeyId: _, ...rest } = storage
  return parseStorageProfile(storage['type'] === 's3' ? { ...rest, credentials: 'default-chain' } : rest)
}
