import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { installMinio, startMinio, type Minio } from '../../conformance/lib/minio.ts'
import { prepareWarehouse } from '../../conformance/lib/prepare-warehouse.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import type { EngineAccess, VendedStorage } from '../lib/access.ts'
import type { Target } from '../target.ts'
import { brief, restless, slow, unrefreshable } from './catalogs.ts'
import { startServerFixture, type ServerFixture } from './server-fixture.ts'
import { startSlowStore } from './slow-store.ts'
import { receiveStoreAudit } from './store-audit.ts'
import { startUnrefreshable } from './unrefreshable.ts'

/** Minimum lifetime of storage credentials in s. It suffices for one request, because clients refresh continuously. */
const leastSeconds = 5
const lifeSeconds = 2 * leastSeconds
/**
 * Audience of the tokens for MinIO. A claim of these tokens names a MinIO policy, which each session restricts
 * further.
 */
const audience = 'minio'
const policyClaim = 'policy'

/**
 * Starts a server that requests credentials from MinIO's security token service. Catalogs:
 *
 * - `ice` and `restless`: a warehouse that requests sessions of one hour with its own keys;
 * - `brief`: a warehouse that requests each session with a token, which the server issues for the user. The session ends
 *   with its token, after 10 s;
 * - `unrefreshable`: the warehouse of `brief`, without the properties that refresh credentials;
 * - `slow`: the warehouse of `ice`, whose store sends the data files one by one, every two seconds.
 */
export async function openSts(
  keeper: ProcessKeeper,
  folder: string,
  say: (line: string) => void,
): Promise<Target> {
  const binary = await installMinio(keeper, say)
  const audit = await receiveStoreAudit()
  const fixture = await startServerFixture(keeper, {
    folder,
    lifetimeMs: lifeSeconds * 1_000,
    env: { HEADGATE_TEST_MIN_CREDENTIAL_SECONDS: String(leastSeconds) },
    storeRequests: audit.requests,
  })
  const minio = await startMinio(keeper, {
    binary,
    folder: join(folder, 'minio'),
    buckets: ['hours', 'seconds'],
    env: { ...audit.env, ...trusting(fixture.publicUrl) },
  })
  audit.leaveOut(minio.storage('hours').accessKeyId)
  const hours = await warehouse(fixture, minio, 'hours', {})
  const seconds = await warehouse(fixture, minio, 'seconds', {
    identity: 'user-token',
    tokenAudience: audience,
    tokenClaims: { [policyClaim]: 'readwrite' },
    lifetimeSeconds: lifeSeconds,
  })
  say(`sessions of the warehouse seconds live for ${lifeSeconds} s`)
  return {
    fixture,
    usage: fixture.usage,
    access: hours,
    others: {
      [brief]: seconds,
      [unrefreshable]: { ...seconds, uri: await startUnrefreshable(fixture.server.origin) },
      [restless]: hours,
      [slow]: { ...hours, storage: { ...hours.storage, endpoint: await startSlowStore(minio.endpoint) } },
    },
  }
}

/** Returns environment variables that make MinIO accept tokens of the given issuer. */
function trusting(issuer: string): Readonly<Record<string, string>> {
  return {
    MINIO_IDENTITY_OPENID_CONFIG_URL: `${issuer}/.well-known/openid-configuration`,
    MINIO_IDENTITY_OPENID_CLIENT_ID: audience,
    // MinIO requires this variable, and would also accept tokens that are signed with it.
    MINIO_IDENTITY_OPENID_CLIENT_SECRET: randomUUID(),
    MINIO_IDENTITY_OPENID_CLAIM_NAME: policyClaim,
  }
}

async function warehouse(
  { server }: ServerFixture,
  minio: Minio,
  name: string,
  vending: Readonly<Record<string, unknown>>,
): Promise<EngineAccess & { readonly storage: VendedStorage }> {
  const storage = minio.storage(name)
  const { uri, auth } = await prepareWarehouse(server, {
    name,
    storage,
    vending: { mode: 'sts', ...vending },
  })
  const { endpoint, region } = storage
  return {
    uri,
    warehouse: name,
    auth,
    storage: { kind: 'vended', endpoint, region, ask: 'vended-credentials' },
  }
}
