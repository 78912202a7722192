import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { CatalogAccess, StorageKind, WarehouseStorage } from '../lib/catalog-access.ts'
import { startHeadgate } from '../lib/headgate-server.ts'
import { startIcebergFixture } from '../lib/iceberg-fixture.ts'
import { installMinio, startMinio } from '../lib/minio.ts'
import { startNessie } from '../lib/nessie.ts'
import { prepareWarehouse } from '../lib/prepare-warehouse.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import type { InstalledKit } from './install.ts'
import type { Mode } from './modes.ts'
import type { RckOptions, UpstreamKind } from './options.ts'

/** Catalog under test, and the properties of its warehouse on which the tests depend. */
export interface Target {
  readonly access: CatalogAccess
  /**
   * Location below which tests create tables and views. If undefined, tests use the default location of the
   * compatibility kit.
   */
  readonly baseLocation: string | undefined
  /** Whether metadata files of the catalog are on the disk of this machine. */
  readonly localMetadata: boolean
}

/**
 * Names of files and folders that started servers write into the folder of a run. They are deleted after a successful
 * run.
 */
export const serverData = ['data', 'front-data', 'warehouse', 'fixture', 'minio', 'nessie'] as const

/** Opens the catalog under test: an existing one, the REST catalog server of the kit, or a new Headgate server. */
export async function openTarget(
  keeper: ProcessKeeper,
  kit: InstalledKit,
  options: RckOptions,
  mode: Mode,
  folder: string,
): Promise<Target> {
  if (options.uri !== undefined) {
    const { uri, warehouse, auth, baseLocation, localMetadata } = options
    // The storage is a placeholder, because the client receives all locations from the catalog.
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
  const locations = {
    storage,
    allowedLocations: baseLocation === undefined ? fixedLocations(folder) : [baseLocation],
  }
  if (options.upstream === undefined)
    return { access: await startServer(keeper, folder, 'headgate', locations), baseLocation, localMetadata }
  const upstream = await startUpstream(keeper, kit, options.upstream, folder, locations)
  const access = await startServer(keeper, folder, 'front', { ...locations, upstream })
  return { access, baseLocation, localMetadata }
}

/** Storage of a warehouse, and the locations at which tests of the kit create tables and views. */
interface Locations {
  readonly storage: WarehouseStorage
  readonly allowedLocations: readonly string[]
}

/**
 * Returns the fixed locations of the kit on local disks: `file:/tmp/NAMESPACE` for tables, and the temporary folder of
 * the JVM for views.
 */
function fixedLocations(folder: string): string[] {
  return ['file:///tmp/ns', 'file:///tmp/newdb', `file://${join(folder, 'tmp')}`]
}

/**
 * Starts a Headgate server with a warehouse named `rck`. The parameter `name` is the name of its log and its data
 * folder.
 */
async function startServer(
  keeper: ProcessKeeper,
  folder: string,
  name: 'headgate' | 'front',
  {
    storage,
    allowedLocations,
    upstream,
  }: Locations & { readonly upstream?: Readonly<Record<string, unknown>> },
): Promise<CatalogAccess> {
  const isLocal = storage.kind === 'file'
  const server = await startHeadgate(keeper, {
    dataDir: join(folder, name === 'headgate' ? 'data' : 'front-data'),
    log: join(folder, `${name}.log`),
    env: isLocal ? { HEADGATE_FILE_ROOTS: [`file://${folder}`, ...allowedLocations].join(',') } : {},
  })
  return await prepareWarehouse(server, {
    name: 'rck',
    storage,
    allowedLocations,
    ...(upstream === undefined ? {} : { upstream }),
  })
}

/** Starts the upstream catalog of an upstream warehouse. Returns the upstream settings of the warehouse. */
async function startUpstream(
  keeper: ProcessKeeper,
  kit: InstalledKit,
  kind: UpstreamKind,
  folder: string,
  locations: Locations,
): Promise<Readonly<Record<string, unknown>>> {
  const { storage } = locations
  if (kind === 'fixture') {
    const fixture = { jars: kit.jars, folder: join(folder, 'fixture'), storage }
    return { uri: (await startIcebergFixture(keeper, fixture)).access.uri }
  }
  if (kind === 'nessie') {
    if (storage.kind !== 's3') throw new Error('Nessie needs S3 storage')
    return { uri: await startNessie(keeper, { storage, warehouse: 'rck', folder: join(folder, 'nessie') }) }
  }
  const { uri, warehouse, auth } = await startServer(keeper, folder, 'headgate', locations)
  if (auth.kind !== 'credential')
    throw new Error('the server was started without a credential of an administrator')
  return {
    uri,
    warehouse,
    auth: {
      'rest.auth.type': 'oauth2',
      'rest.auth.oauth2.token-endpoint': auth.tokenUri,
      'rest.auth.oauth2.scope': auth.scope,
    },
    secrets: { 'rest.auth.oauth2.credential': auth.credential },
  }
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
