import { join } from 'node:path'
import type { CatalogAuth } from '../../conformance/lib/catalog-access.ts'
import { tokenUri } from '../../conformance/lib/headgate-server.ts'
import { prepareWarehouse } from '../../conformance/lib/prepare-warehouse.ts'
import type { EngineAccess, VendedStorage } from '../lib/access.ts'
import type { ServerFixture } from './server-fixture.ts'

/** Creates a warehouse on local files whose storage credentials the storage gateway issues with the given lifetime. */
export async function gatewayWarehouse(
  { server }: ServerFixture,
  name: string,
  lifetimeSeconds: number,
): Promise<EngineAccess & { readonly storage: VendedStorage }> {
  const { uri, auth } = await prepareWarehouse(server, {
    name,
    storage: { kind: 'file', root: join(server.dataDir, 'warehouses', name) },
    bucket: name,
    vending: { mode: 'gateway', lifetimeSeconds },
  })
  const endpoint = server.s3Url
  return {
    uri,
    warehouse: name,
    auth,
    storage: { kind: 'vended', endpoint, region: 'us-east-1', ask: 'vended-credentials' },
  }
}

/** Creates a principal without rights, and returns its client id and secret. */
export async function newPrincipal(fixture: ServerFixture, name: string): Promise<CatalogAuth> {
  const { secret } = (await fixture.send('POST', '/management/v1/principals', { name })) as {
    readonly secret: { readonly clientId: string; readonly clientSecret: string }
  }
  const credential = `${secret.clientId}:${secret.clientSecret}`
  return { kind: 'credential', credential, scope: 'catalog', tokenUri: tokenUri(fixture.server) }
}
