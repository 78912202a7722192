import { join } from 'node:path'
import type { WarehouseStorage } from '../../conformance/lib/catalog-access.ts'
import { createWarehouse } from '../data/warehouse.ts'
import { type BenchRun } from '../lib/bench-run.ts'
import { startBenchHeadgate } from '../lib/headgate.ts'
import type { BenchPostgres } from '../lib/postgres.ts'
import type { Peer } from './peer.ts'

/** Headgate as the peers are run: a new store in the same PostgreSQL, metadata on the same storage, default settings. */
export async function startHeadgatePeer(
  run: BenchRun,
  postgres: BenchPostgres,
  options: { readonly name: string; readonly storage: WarehouseStorage },
): Promise<Peer> {
  const { name, storage } = options
  const database = `peer_${name.replaceAll('-', '_')}`
  await postgres.dropDatabase(database)
  await postgres.createDatabase(database)
  const dataDir = join(run.folder, name)
  const server = await startBenchHeadgate(run, { name, dataDir, databaseUrl: postgres.url(database) })
  await createWarehouse(server.origin, 'bench', storage)
  const where = storage.kind === 's3' ? 'MinIO' : 'local files'
  return {
    name: `Headgate, PostgreSQL, ${where}`,
    base: server.origin,
    warehouse: 'bench',
    warm: true,
    process: server.process,
  }
}
