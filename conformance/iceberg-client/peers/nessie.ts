import { join } from 'node:path'
import { startMinio } from '../../lib/minio.ts'
import { startNessie } from '../../lib/nessie.ts'
import type { ProcessKeeper } from '../../lib/process-keeper.ts'
import type { Peer } from './peer.ts'

/** Starts Project Nessie, in memory, with metadata on MinIO. */
export async function startNessiePeer(keeper: ProcessKeeper, folder: string, minio: string): Promise<Peer> {
  const store = await startMinio(keeper, { binary: minio, folder: join(folder, 'minio'), buckets: ['lake'] })
  const uri = await startNessie(keeper, { storage: store.storage('lake'), warehouse: 'lake', folder })
  return {
    name: 'nessie',
    options: { uri, warehouse: 'lake', properties: { 'view-endpoints-supported': 'true' } },
    nested: true,
    sharedFiles: true,
    history: false,
  }
}
