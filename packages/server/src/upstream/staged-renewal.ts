import type { MasterKey } from '../keys/master-key.ts'
import { openWithMaster, sealWithMaster } from '../keys/master-seal.ts'
import type { Queryable } from '../store/sql.ts'
import { findStagedRenewal } from '../store/upstream-staged.ts'

/** Data with which the upstream catalog renews the storage credentials of a staged table. */
export interface StagedRenewal {
  /** URL at which the upstream catalog renews the credentials. Null when it returned no URL. */
  readonly url: string | null
}

/** Encrypts the renewal data of a staged table for its database row, because the URL may contain a token. */
export function sealStagedRenewal(master: MasterKey, id: string, renewal: StagedRenewal): Buffer {
  return sealWithMaster(master, toContext(id), Buffer.from(JSON.stringify(renewal)))
}

/**
 * Returns the renewal data of a staged table. Returns null when the table is no longer staged, when the
 * upstream catalog vended no credentials, or when the master key has changed.
 */
export async function findRenewal(
  { sql, master }: { readonly sql: Queryable; readonly master: MasterKey },
  id: string,
): Promise<StagedRenewal | null> {
  const sealed = await findStagedRenewal(sql, id)
  const opened = sealed === null ? null : openWithMaster(master, toContext(id), sealed)
  return opened === null ? null : (JSON.parse(opened.toString()) as StagedRenewal)
}

/**
 * Returns the associated data for the encryption. It contains the id of the table, so that the encrypted data
 * cannot be copied to another table.
 */
function toContext(id: string): string {
  return `headgate staged renewal\n${id}`
}
