import { randomUUID } from 'node:crypto'
import type { Warehouse } from '../../catalog/warehouses.ts'
import { FileStorage } from '../../storage/file.ts'
import { parseLocation } from '../../storage/location.ts'
import type { S3Keys } from '../../storage/s3-options.ts'
import type { VendRequest } from '../vendor.ts'
import type { VendingProfile } from '../../catalog/vending-profile.ts'

/** A warehouse on an S3 store, as far as vendors look at it. */
export function testWarehouse(
  vending: VendingProfile,
  store: { readonly bucket: string; readonly endpoint: string | null; readonly region?: string },
  keys: S3Keys | null,
): Warehouse {
  const { bucket, endpoint, region = 'us-east-1' } = store
  return {
    id: randomUUID(),
    name: 'wh',
    kind: 'managed',
    storageSecret: null,
    allowedLocations: [],
    defaults: {},
    overrides: {},
    vending: { ...vending },
    retentionSeconds: 0,
    protected: false,
    ownerId: randomUUID(),
    notBefore: 0,
    version: 1,
    createdAt: 0,
    updatedAt: 0,
    storage: new FileStorage({ roots: ['file:///nowhere'] }),
    root: `s3://${bucket}`,
    places: [parseLocation(`s3://${bucket}`)],
    hints: {
      'client.region': region,
      's3.path-style-access': 'true',
      ...(endpoint === null ? {} : { 's3.endpoint': endpoint }),
    },
    store: { bucket, region, endpoint, pathStyle: true, keys: () => keys },
  }
}

export function testRequest(
  warehouse: Warehouse,
  scope: VendRequest['scope'],
  lifeMs = 3_600_000,
): VendRequest {
  return {
    warehouse,
    relation: { id: randomUUID(), staged: false, namespaceId: randomUUID() },
    scope,
    bearer: {
      principal: { id: randomUUID(), issuer: 'headgate', subject: 'alice', name: 'alice' },
      actor: null,
      issuedAt: null,
    },
    notAfter: Date.now() + lifeMs,
  }
}
