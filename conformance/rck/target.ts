import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { CatalogAccess, StorageKind, WarehouseStorage } from '../lib/catalog-access.ts'
import { startHeadgate } from '../lib/headgate-server.ts'
import { startIcebergFixture } from '../lib/iceberg-fixture.ts'
import { installMinio, startMinio } from '../lib/minio.ts'
import { prepareWarehouse } from '../lib/prepare-warehouse.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import type { InstalledKit } from './install.ts'
import type { Mode } from './modes.ts'
import type { RckOptions } from './options.ts'

/** A catalog to test, and properties of its warehouse that the tests depend on. */
export interface Target {
  readonly access: CatalogAccess
  /**
   * Location below which tests create tables and views, if they choose a location. If undefined, the tests use the
   * default of the kit.
   */
  readonly baseLocation: string | undefined
  /** Whether metadata files are on this machine's disk. */
  readonly localMetadata: boolean
}

/** Names of the files that started servers write in the folder of a run. They are deleted after a successful run. */
export const serverData = ['data', 'warehouse', 'fixture', 'minio'] as const

/** Opens the catalog to test: the given one, Iceberg's fixture, or a new Headgate server. */
export async function openTarget(
  keeper: ProcessKeeper,
  kit: InstalledKit,
  options: RckOptions,
  mode: Mode,
  folder: string,
): Promise<Target> {
  if (options.uri !== undefined) {
    const { uri, warehouse, auth, baseLocation, localMetadata } = options
    // The storage is a dummy value, because the client receives all locations from the catalog.
    return {
      access: { uri, warehouse, auth, storage: { kind: 'file', root: '/' } },
      baseLocation,
      localMetadata,
    }
  }
  const storage = await startStorage(keeper, mode.storage, folder)
  // Uses a second bucket, so that the tests also cover the allowed locations of the warehouse.
  const baseLocation = storage.kind === 's3' ? `s3://${otherBucket}/rck` : undefined
  const localMetadata = storage.kind === 'file'
  if (options.fixture) {
    const fixture = { jars: kit.jars, folder: join(folder, 'fixture'), storage }
    return { access: (await startIcebergFixture(keeper, fixture)).access, baseLocation, localMetadata }
  }
  // On local disks the kit uses fixed locations: tables below file:/tmp/<namespace>, and views below the temporary
  // folder of the JVM.
  const fixed = ['file:///tmp/ns', 'file:///tmp/newdb', `file://${join(folder, 'tmp')}`]
  const allowedLocations = baseLocation === undefined ? fixed : [baseLocation]
  const server = await startHeadgate(keeper, {
    dataDir: join(folder, 'data'),
    log: join(folder, 'headgate.log'),
    env: localMetadata ? { HEADGATE_FILE_ROOTS: [`file://${folder}`, ...fixed].join(',') } : {},
  })
  const access = await prepareWarehouse(server, { name: 'rck', storage, allowedLocations })
  return { access, baseLocation, localMetadata }
}

const otherBucket = 'elsewhere'

async function startStorage(
  keeper: ProcessKeeper,
  kind: StorageKind,
  folder: string,
): Promise<WarehouseStorage> {
  if (kind === 'file') {
    const root = join(folder, 'warehouse')
    mkdirSync(root, { recursive: true })
    return { kind, root }
  }
  const binary = await installMinio(keeper)
  const minio = await startMinio(keeper, {
    binary,
    folder: join(folder, 'minio'),
    buckets: ['lake', otherBucket],
  })
  return minio.storage('lake')
}
