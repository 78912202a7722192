import type { Config } from '../config/config.ts'
import type { Announcement } from './announce.ts'
import type { Addresses } from './open-server.ts'
import { credentialFileName, type Prepared } from './prepare-server.ts'

/** What is announced of a server that answers. */
export function announcedFacts(config: Config, prepared: Prepared, addresses: Addresses): Announcement {
  const { warehouse } = prepared
  const { gateway, url } = addresses
  return {
    url,
    warehouse: config.context.defaultWarehouse,
    dataDir: config.databaseUrl === null ? config.dataDir : null,
    ...credential(config, prepared),
    hasWarehouse: warehouse !== null,
    local: warehouse?.storage['type'] === 'file' && warehouse.storage['bucket'] === undefined,
    gateway:
      gateway !== null && warehouse?.vending['mode'] === 'gateway'
        ? { url: gateway.url, region: config.context.storageAccess.region }
        : null,
    anonymous: config.context.anonymous,
  }
}

/** On a database of one's own the server does not know where `headgate bootstrap` wrote it: the README's name is taken. */
function credential(
  { context }: Config,
  { credentialFile, nobody }: Prepared,
): Pick<Announcement, 'credentialFile' | 'credential'> {
  if (context.anonymous) return { credentialFile: null, credential: null }
  if (credentialFile !== null)
    return {
      credentialFile,
      credential: `in ${credentialFile}  (client_id:client_secret of the administrator)`,
    }
  return {
    credentialFile: credentialFileName,
    credential: nobody
      ? `none yet; make an administrator with: headgate bootstrap --output ${credentialFileName}`
      : `client_id:client_secret of a principal; the snippets read it from a file ${credentialFileName}`,
  }
}
