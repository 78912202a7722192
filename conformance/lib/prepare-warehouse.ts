import { mkdirSync } from 'node:fs'
import { authorizationHeaders } from './access-token.ts'
import type { CatalogAccess, CatalogAuth, WarehouseStorage } from './catalog-access.ts'
import { catalogUri, tokenUri, type HeadgateServer } from './headgate-server.ts'

export interface WarehouseRequest {
  readonly name: string
  /** Storage of the warehouse. Null for a warehouse without storage, which has only allowed locations. */
  readonly storage: WarehouseStorage | null
  /** Additional location prefixes at which clients may create tables and views. */
  readonly allowedLocations?: readonly string[]
  /** Bucket name under which clients of the storage gateway access a warehouse on local files. */
  readonly bucket?: string
  /** Vending settings of the warehouse, in the form of the management API. */
  readonly vending?: Readonly<Record<string, unknown>>
  /** Upstream catalog of the warehouse, in the form of the management API. */
  readonly upstream?: Readonly<Record<string, unknown>>
}

/**
 * Creates a warehouse with the management API, and returns the values that clients need to connect to it. The
 * warehouse purges dropped tables immediately, because suites reuse names.
 */
export async function prepareWarehouse(
  server: HeadgateServer,
  request: WarehouseRequest,
): Promise<CatalogAccess> {
  const auth = administrator(server)
  const { storage } = request
  if (storage?.kind === 'file') mkdirSync(storage.root, { recursive: true })
  const response = await fetch(`${server.origin}/management/v1/warehouses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(await authorizationHeaders(auth)) },
    body: JSON.stringify({
      name: request.name,
      ...(storage === null
        ? {}
        : { storage: { ...storageSettings(storage), bucket: request.bucket ?? findBucket(storage) } }),
      vending: request.vending,
      upstream: request.upstream,
      allowedLocations: request.allowedLocations ?? [],
      retentionSeconds: 0,
    }),
    signal: AbortSignal.timeout(60_000),
  })
  if (!response.ok) {
    throw new Error(
      `creating the warehouse ${request.name} failed: ${response.status} ${await response.text()}`,
    )
  }
  return {
    uri: catalogUri(server),
    warehouse: request.name,
    auth,
    storage: storage ?? { kind: 'file', root: '/' },
  }
}

/** Changes the vending settings of a warehouse, which determine how its clients get storage access. */
export async function changeVending(
  server: HeadgateServer,
  warehouse: string,
  vending: Readonly<Record<string, unknown>>,
): Promise<void> {
  const response = await fetch(`${server.origin}/management/v1/warehouses/${warehouse}`, {
    method: 'PATCH',
    headers: {
      'content-type': 'application/json',
      ...(await authorizationHeaders(administrator(server))),
    },
    body: JSON.stringify({ vending }),
    signal: AbortSignal.timeout(60_000),
  })
  if (!response.ok)
    throw new Error(
      `changing the vending of ${warehouse} failed: ${response.status} ${await response.text()}`,
    )
}

/** Returns the authentication of the first administrator of a server, who has all rights. */
export function administrator(server: HeadgateServer): CatalogAuth {
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
  return {
    type: 's3',
    prefix: new URL(root).pathname.slice(1),
    endpoint,
    region,
    pathStyle: true,
    accessKeyId,
    secretAccessKey,
  }
}

function findBucket(storage: WarehouseStorage): string | undefined {
  return storage.kind === 's3' ? new URL(storage.root).hostname : undefined
}
