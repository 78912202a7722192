import type { Config } from '../config/config.ts'
import { readMasterKey } from '../config/secrets.ts'
import { type MasterKey, parseMasterKey } from '../keys/master-key.ts'

/**
 * The master key of a server, and the one whose place it takes.
 *
 * @throws ConfigError when it cannot be read, and what `parseMasterKey` throws when it is none
 */
export async function masterKeyOf({
  masterKey,
  masterKeyPrevious,
}: Pick<Config, 'masterKey' | 'masterKeyPrevious'>): Promise<MasterKey> {
  const text = await readMasterKey(masterKey)
  return parseMasterKey(text.reveal(), masterKeyPrevious?.reveal() ?? null)
}
