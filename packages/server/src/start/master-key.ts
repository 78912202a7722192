import { existsSync } from 'node:fs'
import { isHeadgateError } from '@headgate/errors'
import type { Config } from '../config/config.ts'
import { ConfigError } from '../config/config-error.ts'
import { readMasterKey } from '../config/secrets.ts'
import { type MasterKey, parseMasterKey } from '../keys/master-key.ts'
import { openKey } from '../keys/ring-key.ts'
import { readKeys } from '../store/key-ring.ts'
import type { Queryable } from '../store/sql.ts'

type Sources = Pick<Config, 'masterKey' | 'masterKeyPrevious'>

/**
 * Reads the master key of a server and, during a rotation, the previous master key.
 *
 * @throws ConfigError when a key cannot be read, or is malformed
 */
export async function loadMasterKey({ masterKey, masterKeyPrevious }: Sources): Promise<MasterKey> {
  const text = (await readMasterKey(masterKey)).reveal()
  const previous = masterKeyPrevious?.reveal() ?? null
  if (previous !== null) named('HEADGATE_MASTER_KEY_PREVIOUS', () => parseMasterKey(previous))
  const name = masterKey.kind === 'file' ? masterKey.path : 'HEADGATE_MASTER_KEY'
  return named(name, () => parseMasterKey(text, previous))
}

/**
 * Reads the master key and checks that it decrypts the keys in the database. Creates a new master key only if the
 * database contains no keys.
 *
 * @throws ConfigError when the master key is missing and the database contains keys
 * @throws HeadgateError `internal` when the master key does not decrypt the keys
 */
export async function loadProvenMasterKey(sources: Sources, sql: Queryable): Promise<MasterKey> {
  const rows = await readKeys(sql)
  const { masterKey } = sources
  if (rows.length > 0 && masterKey.kind === 'file' && !existsSync(masterKey.path)) {
    throw new ConfigError([
      `There is no master key in ${masterKey.path}, and the keys in the database can be decrypted only with the master key that encrypted them. Restore the master key from its backup, or set it with HEADGATE_MASTER_KEY.`,
    ])
  }
  const master = await loadMasterKey(sources)
  for (const row of rows) openKey(master, row)
  return master
}

function named(name: string, parse: () => MasterKey): MasterKey {
  try {
    return parse()
  } catch (cause) {
    if (!isHeadgateError(cause)) throw cause
    throw new ConfigError([`${name}: ${cause.message}`], { cause })
  }
}
