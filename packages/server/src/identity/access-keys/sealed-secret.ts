import { HeadgateError } from '@headgate/errors'
import type { MasterKey } from '../../keys/master-key.ts'
import { isSealedBy, openWithMaster, sealWithMaster } from '../../keys/master-seal.ts'
import { type Resealed, resealEach } from '../../keys/reseal.ts'
import {
  listSealedAccessKeys,
  replaceSealedAccessKey,
  type SealedAccessKey,
} from '../../store/access-keys.ts'
import type { Queryable } from '../../store/sql.ts'

type KeyIds = Pick<SealedAccessKey, 'id' | 'principalId'>

/** Encrypts the secret of an access key. The result can only be decrypted for this access key and this principal. */
export function sealSecret(master: MasterKey, key: KeyIds, secret: string): Buffer {
  return sealWithMaster(master, formatContext(key), Buffer.from(secret))
}

/**
 * Decrypts the secret of an access key.
 *
 * @throws HeadgateError `internal` when it was encrypted with another master key, or for another access key or principal
 */
export function openSecret(master: MasterKey, key: SealedAccessKey): string {
  const secret = openWithMaster(master, formatContext(key), key.sealed)
  if (secret !== null) return secret.toString()
  throw new HeadgateError(
    'internal',
    `The master key (fingerprint ${master.fingerprint}) cannot decrypt the access key ${key.id}. ` +
      'Start the server with the master key of this database, or configure that key as the previous master key, or replace the access key.',
  )
}

/** Encrypts the secrets of all access keys with the current master key; see `resealRing`. */
export async function resealAccessKeys(sql: Queryable, master: MasterKey): Promise<Resealed> {
  const rows = await listSealedAccessKeys(sql)
  return resealEach(
    master,
    rows.map((row) => ({
      name: row.id,
      context: formatContext(row),
      sealed: row.sealed,
      replace: (after) => replaceSealedAccessKey(sql, row, after),
    })),
  )
}

/** Returns the number of access keys whose secret is encrypted with an earlier master key. */
export async function countAccessKeysToReseal(sql: Queryable, master: MasterKey): Promise<number> {
  const rows = await listSealedAccessKeys(sql)
  return rows.filter(({ sealed }) => !isSealedBy(master, sealed)).length
}

/**
 * Returns the associated data for the encryption of a secret. It contains both ids, so that a row that was changed in
 * the database cannot let an access key authenticate another principal.
 */
function formatContext({ id, principalId }: KeyIds): string {
  return `headgate access key\n${principalId}\n${id}`
}
