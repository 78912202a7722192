import { mkdirSync } from 'node:fs'
import type { WarehouseStorage } from '../../conformance/lib/catalog-access.ts'
import { call } from './catalog.ts'

/** Creates a warehouse through Headgate's management API, on a server without authentication. */
export async function createWarehouse(
  origin: string,
  name: string,
  storage: WarehouseStorage,
): Promise<void> {
  if (storage.kind === 'file') mkdirSync(storage.root, { recursive: true })
  await call({ origin, prefix: '', headers: {} }, 'POST', '/management/v1/warehouses', {
    name,
    storage: toProfile(storage),
    retentionSeconds: 0,
  })
}

/**
 * Creates a warehouse in a directory that clients access through the storage gateway, like the default warehouse of a
 * new server.
 */
export async function createGatewayWarehouse(
  origin: string,
  name: string,
  place: { readonly root: string; readonly bucket: string },
): Promise<void> {
  mkdirSync(place.root, { recursive: true })
  await call({ origin, prefix: '', headers: {} }, 'POST', '/management/v1/warehouses', {
    name,
    storage: { type: 'file', root: `file://${place.root}`, bucket: place.bucket },
    vending: { mode: 'gateway' },
    retentionSeconds: 0,
  })
}

function toProfile(storage: WarehouseStorage): Record<string, unknown> {
  if (storage.kind === 'file') return { type: 'file', root: `file://${storage.root}` }
  const { endpoint, region, accessKeyId, secretAccessKey, root } = storage
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/(.+)$/.exec(root) ?? []
  return { type: 's3', bucket, prefix, endpoint, region, pathStyle: true, accessKeyId, secretAccessKey }
}
