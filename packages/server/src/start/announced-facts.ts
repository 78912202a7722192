import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import type { WarehouseRow } from '../store/warehouses.ts'
import type { Announcement } from './announce.ts'
import type { Addresses } from './open-server.ts'
import { credentialFileName, type Prepared } from './prepare-server.ts'
import type { SnippetStore } from './snippets.ts'

/** Returns the facts about a running server that it prints after its start. */
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
    gatewayUrl: warehouse === null || warehouse.vending['mode'] === 'gateway' ? (gateway?.url ?? null) : null,
    store: resolveStore(config, warehouse, gateway),
    ask: askFor(warehouse),
    anonymous: config.context.anonymous,
    hasConsole: config.context.console,
  }
}

/**
 * Returns the value of `X-Iceberg-Access-Delegation` with which clients request storage access from the warehouse.
 * Returns null when the warehouse issues no storage access.
 */
function askFor(warehouse: WarehouseRow | null): Announcement['ask'] {
  switch (warehouse?.vending['mode']) {
    case 'gateway':
    case 'sts':
    case 'static':
      return 'vended-credentials'
    case 'remote-signing':
      return 'remote-signing'
    default:
      return null
  }
}

/**
 * Returns the S3 endpoint that clients of the warehouse use: that of the storage gateway, or that of the object
 * storage.
 */
function resolveStore(
  { context }: Config,
  warehouse: WarehouseRow | null,
  gateway: Addresses['gateway'],
): SnippetStore | null {
  if (warehouse?.vending['mode'] === 'gateway')
    return gateway === null
      ? null
      : { url: gateway.url, region: context.storageAccess.region, pathStyle: true }
  const { type, endpoint, region, pathStyle } = warehouse?.storage ?? {}
  if (type !== 's3' || typeof region !== 'string') return null
  const url = typeof endpoint === 'string' ? endpoint : null
  return { url, region, pathStyle: typeof pathStyle === 'boolean' ? pathStyle : url !== null }
}

/**
 * File into which `headgate bootstrap` writes the credential when a user follows the README. It is outside of the
 * source directory, so that the credential is not committed. With an external database, the server does not know
 * which file the user chose.
 */
const bootstrapped = join(homedir(), '.config', 'headgate', credentialFileName)

function credential(
  { context }: Config,
  { credentialFile, hasNoPrincipals }: Prepared,
): Pick<Announcement, 'credentialFile' | 'credential'> {
  if (context.anonymous) return { credentialFile: null, credential: null }
  if (credentialFile !== null)
    return {
      credentialFile,
      credential: `in ${credentialFile}  (client_id:client_secret of the administrator)`,
    }
  return {
    credentialFile: bootstrapped,
    credential: hasNoPrincipals
      ? `no principal exists; create an administrator with: headgate bootstrap --output ${bootstrapped}`
      : `client_id:client_secret of a principal; the snippets read it from a file ${bootstrapped}`,
  }
}
