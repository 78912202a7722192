import { join } from 'node:path'
import type { ConnectOptions } from '@headgate/iceberg/client'
import { startHeadgate } from '../../lib/headgate-server.ts'
import { startMinio } from '../../lib/minio.ts'
import { prepareWarehouse, administrator } from '../../lib/prepare-warehouse.ts'
import type { ProcessKeeper } from '../../lib/process-keeper.ts'
import type { Peer } from './peer.ts'

/**
 * Starts a Headgate server with a warehouse in a folder behind its storage gateway. If MinIO is available, the server
 * also has a warehouse in a bucket, for which it signs requests.
 */
export async function startHeadgatePeer(
  keeper: ProcessKeeper,
  folder: string,
  minio: string | undefined,
): Promise<Peer> {
  const root = join(folder, 'lake')
  const server = await startHeadgate(keeper, {
    dataDir: join(folder, 'data'),
    log: join(folder, 'headgate.log'),
    env: { HEADGATE_FILE_ROOTS: `file://${folder}` },
  })
  const auth = administrator(server)
  if (auth.kind !== 'credential')
    throw new Error('the server was started without a credential of an administrator')
  const options = (warehouse: string): ConnectOptions => ({
    uri: server.origin,
    warehouse,
    properties: {
      'rest.auth.type': 'oauth2',
      'rest.auth.oauth2.token-endpoint': auth.tokenUri,
      'rest.auth.oauth2.scope': auth.scope,
      credential: auth.credential,
    },
  })
  await prepareWarehouse(server, {
    name: 'gateway',
    storage: { kind: 'file', root },
    bucket: 'gateway',
    vending: { mode: 'gateway' },
  })
  const peer = {
    name: 'headgate',
    options: options('gateway'),
    examples: folder,
    nested: true,
    sharedFiles: false,
    history: true,
  }
  if (minio === undefined) return peer
  const store = await startMinio(keeper, {
    binary: minio,
    folder: join(folder, 'minio'),
    buckets: ['signed'],
  })
  const storage = store.storage('signed')
  await prepareWarehouse(server, { name: 'signed', storage, vending: { mode: 'remote-signing' } })
  return { ...peer, signing: options('signed'), region: storage.region }
}
