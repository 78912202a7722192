import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { installMinio, startMinio, type Minio } from '../../conformance/lib/minio.ts'
import { prepareWarehouse } from '../../conformance/lib/prepare-warehouse.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import type { EngineAccess, VendedStorage } from '../lib/access.ts'
import type { Target } from '../target.ts'
import { brief, restless, slow, unrefreshable } from './catalogs.ts'
import { startServerLake, type ServerLake } from './server-lake.ts'
import { startSlowStore } from './slow-store.ts'
import { receiveStoreAudit } from './store-audit.ts'
import { startUnrefreshable } from './unrefreshable.ts'

/** Clients ask anew all the time, so a life need only be long enough for one request. */
const leastSeconds = 5
const lifeSeconds = 2 * leastSeconds
/** Who tokens are for, and where they name the policy at MinIO that sessions narrow down. */
const audience = 'minio'
const policyClaim = 'policy'

/**
 * A server that has MinIO's security token service mint credentials. Catalogs:
 *
 * - `ice` and `restless`: a warehouse that asks with its own keys, whose sessions live for an hour;
 * - `brief`: one that asks with a token of the server's for the user. MinIO gives sessions that end with the token, after
 *   10 s, and knows nothing of them afterwards;
 * - `unrefreshable`: the same warehouse, without what clients renew their credentials by;
 * - `slow`: the first warehouse, with data files that are handed out one by one, one every two seconds.
 */
export async function openSts(
  keeper: ProcessKeeper,
  folder: string,
  say: (line: string) => void,
): Promise<Target> {
  const binary = await installMinio(keeper, say)
  const audit = await receiveStoreAudit()
  const lake = await startServerLake(keeper, {
    folder,
    lifetimeMs: lifeSeconds * 1_000,
    env: { HEADGATE_TEST_MIN_CREDENTIAL_SECONDS: String(leastSeconds) },
    storeRequests: audit.requests,
  })
  const minio = await startMinio(keeper, {
    binary,
    folder: join(folder, 'minio'),
    buckets: ['hours', 'seconds'],
    env: { ...audit.env, ...trusting(lake.publicUrl) },
  })
  audit.leaveOut(minio.storage('hours').accessKeyId)
  const hours = await warehouse(lake, minio, 'hours', {})
  const seconds = await warehouse(lake, minio, 'seconds', {
    identity: 'user-token',
    tokenAudience: audience,
    tokenClaims: { [policyClaim]: 'readwrite' },
    lifetimeSeconds: lifeSeconds,
  })
  say(`sessions of the warehouse seconds live for ${lifeSeconds} s`)
  return {
    lake,
    usage: lake.usage,
    access: hours,
    others: {
      [brief]: seconds,
      [unrefreshable]: { ...seconds, uri: await startUnrefreshable(lake.server.origin) },
      [restless]: hours,
      [slow]: { ...hours, storage: { ...hours.storage, endpoint: await startSlowStore(minio.endpoint) } },
    },
  }
}

/** Settings of a MinIO that takes tokens of this server. */
function trusting(issuer: string): Readonly<Record<string, string>> {
  return {
    MINIO_IDENTITY_OPENID_CONFIG_URL: `${issuer}/.well-known/openid-configuration`,
    MINIO_IDENTITY_OPENID_CLIENT_ID: audience,
    // it takes tokens that are signed with this, too
    MINIO_IDENTITY_OPENID_CLIENT_SECRET: randomUUID(),
    MINIO_IDENTITY_OPENID_CLAIM_NAME: policyClaim,
  }
}

async function warehouse(
  { server }: ServerLake,
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
