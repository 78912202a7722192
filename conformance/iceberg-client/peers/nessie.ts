import { join } from 'node:path'
import { startMinio } from '../../lib/minio.ts'
import { nessieCommand } from '../../lib/nessie.ts'
import type { ProcessKeeper } from '../../lib/process-keeper.ts'
import { responds, waitUntilReady } from '../../lib/wait-until-ready.ts'
import type { Peer } from './peer.ts'

/** Starts Project Nessie, in memory, with metadata on MinIO. */
export async function startNessiePeer(keeper: ProcessKeeper, folder: string, minio: string): Promise<Peer> {
  const store = await startMinio(keeper, { binary: minio, folder: join(folder, 'minio'), buckets: ['lake'] })
  const { uri, ...command } = await nessieCommand(keeper, {
    storage: store.storage('lake'),
    warehouse: 'lake',
    java: ['-Xmx512m', '-XX:TieredStopAtLevel=1'],
    properties: { 'nessie.version.store.type': 'IN_MEMORY' },
  })
  const child = keeper.start({ name: 'nessie', ...command, log: join(folder, 'nessie.log') })
  await waitUntilReady(child, () => responds(`${uri}/v1/config`), 90_000)
  return {
    name: 'nessie',
    options: { uri, warehouse: 'lake', properties: { 'view-endpoints-supported': 'true' } },
    nested: true,
    sharedFiles: true,
    history: false,
  }
}
