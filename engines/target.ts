import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { CatalogAccess, StorageKind, WarehouseStorage } from '../conformance/lib/catalog-access.ts'
import { startHeadgate, type HeadgateServer } from '../conformance/lib/headgate-server.ts'
import { startIcebergFixture } from '../conformance/lib/iceberg-fixture.ts'
import { installMinio, startMinio } from '../conformance/lib/minio.ts'
import { defaultWarehouse, prepareWarehouse } from '../conformance/lib/prepare-warehouse.ts'
import type { ProcessKeeper } from '../conformance/lib/process-keeper.ts'
import { installKit } from '../conformance/rck/install.ts'
import type { EngineOptions, GivenServer } from './options.ts'

/** Gives access to a warehouse on the wanted kind of storage. */
export type OpenWarehouse = (kind: StorageKind) => Promise<CatalogAccess>

/** The catalog to test: the given server, Iceberg's fixture, or one Headgate server started for this run. */
export function openTarget(
  keeper: ProcessKeeper,
  options: EngineOptions,
  folder: string,
  say: (line: string) => void,
): OpenWarehouse {
  const { given } = options
  if (given) return (kind) => Promise.resolve(givenAccess(given, kind))
  if (options.fixture) {
    return async (kind) => {
      const storage = await startStorage(keeper, kind, join(folder, kind), say)
      const { jars } = await installKit(keeper, say)
      const fixture = join(folder, kind, 'fixture')
      return (await startIcebergFixture(keeper, { jars, folder: fixture, storage })).access
    }
  }
  let starting: Promise<HeadgateServer> | undefined
  return async (kind) => {
    starting ??= startHeadgate(keeper, { dataDir: join(folder, 'data'), log: join(folder, 'headgate.log') })
    const server = await starting
    // on local files: what everybody gets who just starts a server
    if (kind === 'file') return defaultWarehouse(server)
    const storage = await startStorage(keeper, kind, join(folder, kind), say)
    return prepareWarehouse(server, { name: `engines_${kind}`, storage })
  }
}

async function startStorage(
  keeper: ProcessKeeper,
  kind: StorageKind,
  folder: string,
  say: (line: string) => void,
): Promise<WarehouseStorage> {
  if (kind === 'file') {
    const root = join(folder, 'warehouse')
    mkdirSync(root, { recursive: true })
    return { kind, root }
  }
  const binary = await installMinio(keeper, say)
  const minio = await startMinio(keeper, { binary, folder: join(folder, 'minio'), buckets: ['lake'] })
  return minio.storage('lake')
}

// where the files of a given server lie is its own matter: engines learn locations from the catalog
function givenAccess(given: GivenServer, kind: StorageKind): CatalogAccess {
  const { uri, warehouse, auth, s3 } = given
  const storage: WarehouseStorage = kind === 'file' ? { kind, root: '/' } : { kind, root: '', ...s3 }
  return { uri, warehouse, auth, storage }
}
