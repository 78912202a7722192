import { HeadgateError } from '@headgate/errors'
import type { MasterKey } from '../keys/master-key.ts'
import { openWithMaster, sealWithMaster } from '../keys/master-seal.ts'
import { type Resealed, resealEach } from '../keys/reseal.ts'
import { parseStorageProfile, type StorageProfile } from '../storage/storage-profile.ts'
import type { Sql } from '../store/sql.ts'
import { listSealedSecrets, replaceSealedSecret } from '../store/warehouse-writes.ts'
import type { WarehouseRow } from '../store/warehouses.ts'

/** A storage profile as the store keeps it: what may be seen, and what is sealed. */
export interface StoredProfile {
  readonly storage: Readonly<Record<string, unknown>>
  readonly storageSecret: Buffer | null
}

/** The fields of a profile that nobody may see again. */
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
 * The profile with its secrets.
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
        'Start with the master key that belongs to this store, or name it as the previous one, or give the warehouse its storage keys again.',
    )
  }
  return parseStorageProfile({ ...row.storage, ...(JSON.parse(secret.toString()) as object) })
}

/** Seals the secrets of all warehouses by the master key of now; see `resealRing`. */
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

/** Names the place of a secret, so that a sealed one cannot be moved to another warehouse, with another endpoint. */
function contextOf(warehouseId: string): string {
  return `headgate warehouse storage\n${warehouseId}`
}
