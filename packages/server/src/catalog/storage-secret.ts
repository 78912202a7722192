import { HeadgateError } from '@headgate/errors'
import type { MasterKey } from '../keys/master-key.ts'
import { openWithMaster, sealWithMaster } from '../keys/master-seal.ts'
import { parseStorageProfile, type StorageProfile } from '@headgate/storage'
import type { WarehouseRow } from '../store/warehouses.ts'

/** Storage profile in the form of its database row: readable settings, and encrypted secrets. */
export interface StoredProfile {
  readonly storage: Readonly<Record<string, unknown>>
  readonly storageSecret: Buffer | null
}

/** Names of the secret settings in a storage profile. No response contains them. */
const secretFields: ReadonlySet<string> = new Set(['secretAccessKey', 'sessionToken'])

export function sealProfile(master: MasterKey, warehouseId: string, profile: StorageProfile): StoredProfile {
  const defined = Object.entries(profile).filter(([, value]) => value !== undefined)
  const secret = defined.filter(([name]) => secretFields.has(name))
  const storage = Object.fromEntries(defined.filter(([name]) => !secretFields.has(name)))
  const text = JSON.stringify(Object.fromEntries(secret))
  return {
    storage,
    storageSecret:
      secret.length === 0
        ? null
        : sealWithMaster(master, storageSecretContext(warehouseId), Buffer.from(text)),
  }
}

/**
 * Decrypts the secrets of a stored storage profile and returns the complete profile.
 *
 * @throws HeadgateError `internal` when the secrets were encrypted with another master key or for another
 *   warehouse
 */
export function openProfile(
  master: MasterKey,
  row: Pick<WarehouseRow, 'id' | 'name' | 'storage' | 'storageSecret'>,
): StorageProfile {
  if (row.storageSecret === null) return parseStorageProfile(row.storage)
  const secret = openWithMaster(master, storageSecretContext(row.id), row.storageSecret)
  if (secret === null) {
    throw new HeadgateError(
      'internal',
      `The master key (fingerprint ${master.fingerprint}) cannot decrypt the storage secret of warehouse ${row.name}. ` +
        'Start the server with the master key of this database, or configure that key as the previous master key, or set the storage keys of the warehouse again.',
    )
  }
  return parseStorageProfile({ ...row.storage, ...(JSON.parse(secret.toString()) as object) })
}

/**
 * Returns the associated data for the encryption of a storage secret. It contains the id of the warehouse, so
 * that the encrypted secret cannot be copied to another warehouse.
 */
export function storageSecretContext(warehouseId: string): string {
  return `headgate warehouse storage\n${warehouseId}`
}
