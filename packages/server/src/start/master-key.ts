import { isHeadgateError } from '@headgate/errors'
import type { Config } from '../config/config.ts'
import { ConfigError } from '../config/config-error.ts'
import { readMasterKey } from '../config/secrets.ts'
import { type MasterKey, parseMasterKey } from '../keys/master-key.ts'

/**
 * The master key of a server, and the one whose place it takes.
 *
 * @throws ConfigError when one cannot be read, or is none
 */
export async function masterKeyOf({
  masterKey,
  masterKeyPrevious,
}: Pick<Config, 'masterKey' | 'masterKeyPrevious'>): Promise<MasterKey> {
  const text = (await readMasterKey(masterKey)).reveal()
  const previous = masterKeyPrevious?.reveal() ?? null
  if (previous !== null) named('HEADGATE_MASTER_KEY_PREVIOUS', () => parseMasterKey(previous))
  const name = masterKey.kind === 'file' ? masterKey.path : 'HEADGATE_MASTER_KEY'
  return named(name, () => parseMasterKey(text, previous))
}

function named(name: string, parse: () => MasterKey): MasterKey {
  try {
    return parse()
  } catch (cause) {
    if (!isHeadgateError(cause)) throw cause
    throw new ConfigError([`${name}: ${cause.message}`], { cause })
  }
}
