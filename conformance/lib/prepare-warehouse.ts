import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { authorizationHeaders } from './access-token.ts'
import type { CatalogAccess, CatalogAuth, WarehouseStorage } from './catalog-access.ts'
import { catalogUri, tokenUri, type HeadgateServer } from './headgate-server.ts'

export interface WarehouseRequest {
  readonly name: string
  readonly storage: WarehouseStorage
  /** Further locations (prefixes) at which tables and views may be created. */
  readonly allowedLocations?: readonly string[]
}

/** The warehouse that a new server with embedded settings has from the start: local files in its data folder. */
export function defaultWarehouse(server: HeadgateServer): CatalogAccess {
  const storage: WarehouseStorage = { kind: 'file', root: join(server.dataDir, 'warehouse') }
  return { uri: catalogUri(server), warehouse: 'lakehouse', auth: administrator(server), storage }
}

/**
 * Creates a warehouse through the management API and says how to reach it. Dropped tables are purged at
 * once (no retention), since suites create the same names again and again.
 */
export async function prepareWarehouse(
  server: HeadgateServer,
  request: WarehouseRequest,
): Promise<CatalogAccess> {
  const auth = administrator(server)
  const { storage } = request
  if (storage.kind === 'file') mkdirSync(storage.root, { recursive: true })
  const response = await fetch(`${server.origin}/management/v1/warehouses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(await authorizationHeaders(auth)) },
    body: JSON.stringify({
      name: request.name,
      storage: storageSettings(storage),
      allowedLocations: request.allowedLocations ?? [],
      retentionSeconds: 0,
    }),
    signal: AbortSignal.timeout(60_000),
  })
  if (!response.ok) {
    throw new Error(`creating warehouse ${request.name}: ${response.status} ${await response.text()}`)
  }
  return { uri: catalogUri(server), warehouse: request.name, auth, storage }
}

function administrator(server: HeadgateServer): CatalogAuth {
  return {
    kind: 'credential',
    credential: server.adminCredential,
    scope: 'catalog',
    tokenUri: tokenUri(server),
  }
}

function storageSettings(storage: WarehouseStorage): Record<string, unknown> {
  if (storage.kind === 'file') return { type: 'file', root: `file://${storage.root}` }
  const { endpoint, region, accessKeyId, secretAccessKey, root } = storage
  const { hostname: bucket, pathname } = new URL(root)
  return {
    type: 's3',
    bucket,
    prefix: pathname.slice(1),
    endpoint,
    region,
    pathStyle: true,
    accessKeyId,
    secretAccessKey,
  }
}
