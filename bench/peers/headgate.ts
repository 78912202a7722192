import { join } from 'node:path'
import type { WarehouseStorage } from '../../conformance/lib/catalog-access.ts'
import { createWarehouse } from '../data/warehouse.ts'
import { type BenchRun } from '../lib/bench-run.ts'
import { serverCores } from '../lib/cores.ts'
import { startBenchHeadgate } from '../lib/headgate.ts'
import type { BenchPostgres } from '../lib/postgres.ts'
import type { Peer } from './peer.ts'

/**
 * Starts Headgate under the same conditions as the other catalogs: an empty database on the same PostgreSQL
 * server, metadata on the same storage, default settings.
 */
export async function startHeadgatePeer(
  run: BenchRun,
  postgres: BenchPostgres,
  options: { readonly name: string; readonly storage: WarehouseStorage; readonly workers?: number },
): Promise<Peer> {
  const { name, storage, workers = 1 } = options
  const database = `peer_${name.replaceAll('-', '_')}`
  await postgres.dropDatabase(database)
  await postgres.createDatabase(database)
  const dataDir = join(run.folder, name)
  const server = await startBenchHeadgate(run, {
    name,
    dataDir,
    databaseUrl: postgres.url(database),
    env: { HEADGATE_WORKERS: String(workers) },
  })
  await createWarehouse(server.origin, 'bench', storage)
  const where = storage.kind === 's3' ? 'MinIO' : 'local files'
  return {
    name: `Headgate, ${workers === 1 ? '' : `${workers} workers, `}PostgreSQL, ${where}`,
    base: server.origin,
    warehouse: 'bench',
    warm: true,
    compared: storage.kind === 's3',
    process: server.process,
  }
}

/** Maximum number of workers. It is the default number of database connections, which the workers share. */
const mostWorkers = 20

/**
 * Starts Headgate with one worker process for each core that a server may use. Returns undefined if a server
 * may use only one core.
 */
export async function startWorkersPeer(
  run: BenchRun,
  postgres: BenchPostgres,
  options: { readonly name: string; readonly storage: WarehouseStorage },
): Promise<Peer | undefined> {
  const workers = Math.min(serverCores(run.placement), mostWorkers)
  if (workers > 1) return startHeadgatePeer(run, postgres, { ...options, workers })
  run.say(`${options.name} is omitted, because a server may use only one core on this machine`)
  return undefined
}
