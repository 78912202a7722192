import { join } from 'node:path'
import { startHeadgate, type HeadgateServer } from '../../conformance/lib/headgate-server.ts'
import { installMinio, startMinio, type Minio } from '../../conformance/lib/minio.ts'
import { prepareWarehouse } from '../../conformance/lib/prepare-warehouse.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import type { EngineAccess } from '../lib/access.ts'
import type { Target } from '../target.ts'
import { brief, unrefreshable } from './catalogs.ts'
import { startServerFixture } from './server-fixture.ts'

/** Minimum lifetime of tokens that the server accepts in its settings, in s. */
const leastSeconds = 60

/**
 * Starts a server that signs each request to MinIO. Its storage refresh tokens and session tokens have a lifetime of
 * one minute. Catalogs:
 *
 * - `ice` and `brief`: a warehouse whose signer endpoint contains a token that is valid for the whole time in which
 *   clients may refresh, because clients keep using this endpoint;
 * - `unrefreshable`: a warehouse of a second server, on which clients may refresh for only one minute.
 */
export async function openRemoteSigning(
  keeper: ProcessKeeper,
  folder: string,
  say: (line: string) => void,
): Promise<Target> {
  const binary = await installMinio(keeper, say)
  const buckets = ['signed', 'capped']
  const minio = await startMinio(keeper, { binary, folder: join(folder, 'minio'), buckets })
  const env = {
    HEADGATE_STORAGE_REFRESH_TOKEN_TTL: String(leastSeconds),
    HEADGATE_TOKEN_TTL_SECONDS: String(leastSeconds),
  }
  const fixture = await startServerFixture(keeper, { folder, lifetimeMs: leastSeconds * 1_000, env })
  const capped = await startHeadgate(keeper, {
    dataDir: join(folder, 'capped'),
    log: join(folder, 'capped.log'),
    env: {
      ...env,
      HEADGATE_STORAGE_REFRESH_CAP: String(leastSeconds),
      // The minimum lifetime of credentials is twice this time, regardless of the cap.
      HEADGATE_TEST_MIN_CREDENTIAL_SECONDS: '5',
    },
  })
  const access = await warehouse(fixture.server, minio, 'signed')
  say(`storage refresh tokens and session tokens live for ${leastSeconds} s`)
  return {
    fixture,
    usage: fixture.usage,
    access,
    others: { [brief]: access, [unrefreshable]: await warehouse(capped, minio, 'capped') },
  }
}

async function warehouse(server: HeadgateServer, minio: Minio, name: string): Promise<EngineAccess> {
  const storage = minio.storage(name)
  const { uri, auth } = await prepareWarehouse(server, { name, storage, vending: { mode: 'remote-signing' } })
  const { endpoint, region } = storage
  return { uri, warehouse: name, auth, storage: { kind: 'vended', endpoint, region, ask: 'remote-signing' } }
}
