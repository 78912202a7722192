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
 * Reads the master key of a server, and the previous one that it replaces.
 *
 * @throws ConfigError when a key cannot be read, or is malformed
 */
export async function masterKeyOf({ masterKey, masterKeyPrevious }: Sources): Promise<MasterKey> {
  const text = (await readMasterKey(masterKey)).reveal()
  const previous = masterKeyPrevious?.reveal() ?? null
  if (previous !== null) named('HEADGATE_MASTER_KEY_PREVIOUS', () => parseMasterKey(previous))
  const name = masterKey.kind === 'file' ? masterKey.path : 'HEADGATE_MASTER_KEY'
  return named(name, () => parseMasterKey(text, previous))
}

/**
 * Reads the master key and checks that it opens the keys of a store. Only a store without keys gets a new one.
 *
 * @throws ConfigError when there is no master key for the keys of the store
 * @throws HeadgateError `internal` when it does not open them
 */
export async function provenMasterKeyOf(sources: Sources, sql: Queryable): Promise<MasterKey> {
  const rows = await readKeys(sql)
  const { masterKey } = sources
  if (rows.length > 0 && masterKey.kind === 'file' && !existsSync(masterKey.path)) {
    throw new ConfigError([
      `There is no master key in ${masterKey.path}, and the keys of the store can be opened only with the master key that sealed them. Restore it from its backup, or set it with HEADGATE_MASTER_KEY.`,
    ])
  }
  const master = await masterKeyOf(sources)
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
