import type { MasterKey } from '../keys/master-key.ts'
import { openWithMaster, sealWithMaster } from '../keys/master-seal.ts'
import type { Queryable } from '../store/sql.ts'
import { findStagedRenewal } from '../store/upstream-staged.ts'

/** Renewal of the storage credentials of a staged table by its upstream. */
export interface StagedRenewal {
  /** Address at which the upstream renews them. Null: it returned none. */
  readonly url: string | null
}

/** Encrypts the renewal of a staged table, because the address may contain a token of the upstream. */
export function sealStagedRenewal(master: MasterKey, id: string, renewal: StagedRenewal): Buffer {
  return sealWithMaster(master, toContext(id), Buffer.from(JSON.stringify(renewal)))
}

/**
 * Returns the renewal of a staged table, or null when the table is not staged any more, when the upstream vended no
 * credentials, or when the master key has changed.
 */
export async function findRenewal(
  { sql, master }: { readonly sql: Queryable; readonly master: MasterKey },
  id: string,
): Promise<StagedRenewal | null> {
  const sealed = await findStagedRenewal(sql, id)
  const opened = sealed === null ? null : openWithMaster(master, toContext(id), sealed)
  return opened === null ? null : (JSON.parse(opened.toString()) as StagedRenewal)
}

/** Returns the associated data for the encryption, so that a renewal cannot be copied to another table. */
function toContext(id: string): string {
  return `headgate staged renewal\n${id}`
}
