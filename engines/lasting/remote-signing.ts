import { join } from 'node:path'
import { startHeadgate, type HeadgateServer } from '../../conformance/lib/headgate-server.ts'
import { installMinio, startMinio, type Minio } from '../../conformance/lib/minio.ts'
import { prepareWarehouse } from '../../conformance/lib/prepare-warehouse.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import type { EngineAccess } from '../lib/access.ts'
import type { Target } from '../target.ts'
import { brief, unrefreshable } from './catalogs.ts'
import { startServerLake } from './server-lake.ts'

/** The shortest that a server takes. */
const leastSeconds = 60

/**
 * A server that signs each request to MinIO. Its storage refresh tokens live for a minute, and so do its session tokens.
 * Catalogs:
 *
 * - `ice` and `brief`: the warehouse. The token that a client is given in the signer's endpoint lives until the cap of all
 *   renewals, since clients keep that endpoint;
 * - `unrefreshable`: a warehouse of a second server, whose cap is a minute.
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
  const lake = await startServerLake(keeper, { folder, lifetimeMs: leastSeconds * 1_000, env })
  const capped = await startHeadgate(keeper, {
    dataDir: join(folder, 'capped'),
    log: join(folder, 'capped.log'),
    env: {
      ...env,
      HEADGATE_STORAGE_REFRESH_CAP: String(leastSeconds),
      // whatever the cap, everybody has twice this before them
      HEADGATE_TEST_MIN_CREDENTIAL_SECONDS: '5',
    },
  })
  const access = await warehouse(lake.server, minio, 'signed')
  say(`storage refresh tokens and session tokens live for ${leastSeconds} s`)
  return {
    lake,
    usage: lake.usage,
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
