import type { Config } from '../config/config.ts'
import type { Announcement } from './announce.ts'
import type { Addresses } from './open-server.ts'
import type { Prepared } from './prepare-server.ts'

/** What is announced of a server that answers. */
export function announcedFacts(config: Config, prepared: Prepared, addresses: Addresses): Announcement {
  const { warehouse, credentialFile } = prepared
  const { gateway, url } = addresses
  return {
    url,
    warehouse: config.context.defaultWarehouse,
    dataDir: config.databaseUrl === null ? config.dataDir : null,
    credentialFile,
    hasWarehouse: warehouse !== null,
    local: warehouse?.storage['type'] === 'file' && warehouse.storage['bucket'] === undefined,
    gateway:
      gateway !== null && warehouse?.vending['mode'] === 'gateway'
        ? { url: gateway.url, region: config.context.storageAccess.region }
        : null,
    anonymous: config.context.anonymous,
  }
}
