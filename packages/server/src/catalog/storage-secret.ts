import { HeadgateError } from '@headgate/errors'
import type { MasterKey } from '../keys/master-key.ts'
import { openWithMaster, sealWithMaster } from '../keys/master-seal.ts'
import { type Resealed, resealEach } from '../keys/reseal.ts'
import { parseStorageProfile, type StorageProfile } from '@headgate/storage'
import type { Sql } from '../store/sql.ts'
import { listSealedSecrets, replaceSealedSecret } from '../store/warehouse-writes.ts'
import type { WarehouseRow } from '../store/warehouses.ts'

/** A storage profile as it is stored: readable fields, and sealed secrets. */
export interface StoredProfile {
  readonly storage: Readonly<Record<string, unknown>>
  readonly storageSecret: Buffer | null
}

/** Fields of a profile that no response contains. */
const secretFields: ReadonlySet<string> = new Set(['secretAccessKey', 'sessionToken'])

export function sealProfile(master: MasterKey, warehouseId: string, profile: StorageProfile): StoredProfile {
  const given = Object.entries(profile).filter(([, value]) => value !== undefined)
  const secret = given.filter(([name]) => secretFields.has(name))
  const storage = Object.fromEntries(given.filter(([name]) => !secretFields.has(name)))
  const text = JSON.stringify(Object.fromEntries(secret))
  return {
    storage,
    storageSecret:
      secret.length === 0 ? null : sealWithMaster(master, contextOf(warehouseId), Buffer.from(text)),
  }
}

/**
 * Returns the profile with its secrets.
 *
 * @throws HeadgateError `internal` when it was sealed with another master key, or for another warehouse
 */
export function openProfile(
  master: MasterKey,
  row: Pick<WarehouseRow, 'id' | 'name' | 'storage' | 'storageSecret'>,
): StorageProfile {
  if (row.storageSecret === null) return parseStorageProfile(row.storage)
  const secret = openWithMaster(master, contextOf(row.id), row.storageSecret)
  if (secret === null) {
    throw new HeadgateError(
      'internal',
      `The master key (fingerprint ${master.fingerprint}) does not open the storage secret of warehouse ${row.name}. ` +
        'Start the server with the master key of this database, or with that key as the previous one, or set the storage keys of the warehouse again.',
    )
  }
  return parseStorageProfile({ ...row.storage, ...(JSON.parse(secret.toString()) as object) })
}

/** Seals the secrets of all warehouses with the current master key; see `resealRing`. */
export async function resealStorageSecrets(sql: Sql, master: MasterKey): Promise<Resealed> {
  const rows = await listSealedSecrets(sql)
  return resealEach(
    master,
    rows.map((row) => ({
      name: row.name,
      context: contextOf(row.id),
      sealed: row.storageSecret,
      replace: (after) => replaceSealedSecret(sql, row, after),
    })),
  )
}

/** Returns the associated data of a secret, so that a sealed secret cannot be moved to another warehouse. */
function contextOf(warehouseId: string): string {
  return `headgate warehouse storage\n${warehouseId}`
}
