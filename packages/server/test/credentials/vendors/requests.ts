import { randomUUID } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import type { Warehouse } from '../../../src/catalog/warehouses.ts'
import { FileStorage, parseLocation, placeRules, type S3Keys } from '@headgate/storage'
import type { ProvenIdentity, Principal } from '../../../src/proven-identity.ts'
import type { StorageGrant, StoragePermission } from '../../../src/credentials/storage-grant.ts'
import type { VendingProfile } from '../../../src/catalog/vending-profile.ts'

/** Returns a warehouse on an S3 store, with the fields that vendors read. */
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
    upstream: null,
    upstreamSecret: null,
    credentials: 'own',
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
    storage: new FileStorage({ roots: [pathToFileURL(import.meta.dirname).href] }),
    root: `s3://${bucket}`,
    rootAndAllowed: [parseLocation(`s3://${bucket}`)],
    resolvePlace: placeRules({ type: 's3', bucket, region }, []).resolvePlace,
    storeName: null,
    hints: {
      'client.region': region,
      's3.path-style-access': 'true',
      ...(endpoint === null ? {} : { 's3.endpoint': endpoint }),
    },
    store: { bucket, region, endpoint, pathStyle: true, keys: () => keys },
  }
}

/** Returns the arguments of `CredentialVendor.mint`. */
export function testGrant(
  warehouse: Warehouse,
  {
    prefixes,
    access: permission,
  }: { readonly prefixes: readonly string[]; readonly access: StoragePermission },
  lifeMs = 3_600_000,
): [StorageGrant, number] {
  const expiresAt = Date.now() + lifeMs
  const grant: StorageGrant = {
    warehouse,
    table: { id: randomUUID(), staged: false, namespaceId: randomUUID() },
    identifier: { namespace: ['ns'], name: 't' },
    clientPrefix: prefixes[0] ?? '',
    prefixes,
    permission,
    identity: makeIdentity({ id: randomUUID(), issuer: 'headgate', subject: 'alice', name: 'alice' }),
    viewIds: [],
    policyVersion: 1,
    revokedBefore: 0,
    limits: { credentialExpiresBy: expiresAt, renewableUntil: expiresAt, engineRenewableUntil: null },
    plan: null,
    role: null,
    restriction: null,
    omitsEndpoint: false,
  }
  return [grant, expiresAt]
}

export function makeIdentity(principal: Principal, actor: Principal | null = null): ProvenIdentity {
  return { principal, actors: actor === null ? [] : [actor], method: 'session-token', expiresAt: null }
}
