import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { WarehouseStorage } from '../conformance/lib/catalog-access.ts'
import { startHeadgate, type HeadgateServer } from '../conformance/lib/headgate-server.ts'
import { startIcebergFixture } from '../conformance/lib/iceberg-fixture.ts'
import { installMinio, startMinio } from '../conformance/lib/minio.ts'
import { administrator, changeVending, prepareWarehouse } from '../conformance/lib/prepare-warehouse.ts'
import type { ProcessKeeper } from '../conformance/lib/process-keeper.ts'
import { installKit } from '../conformance/rck/install.ts'
import { openRemoteSigning } from './lasting/remote-signing.ts'
import { openShortLived } from './lasting/short-lived.ts'
import { openSts } from './lasting/sts.ts'
import type { EngineAccess, StorageName } from './lib/access.ts'
import type { WarehouseFixture } from './lib/warehouse-fixture.ts'
import { readUsage, type Usage } from './lib/usage.ts'
import type { EngineOptions, GivenServer } from './options.ts'
import { openUsers } from './users/open-users.ts'

/** A warehouse to run scenarios on. */
export interface Target {
  readonly access: EngineAccess
  /** Further catalogs for the engines that can have several. */
  readonly others: Readonly<Record<string, EngineAccess>>
  readonly fixture: WarehouseFixture | null
  /** Returns the cost of storage access for the server; null if it does not belong to this run. */
  readonly usage: (() => Promise<Usage>) | null
}

/** Opens a warehouse on the requested kind of storage. */
export type OpenWarehouse = (kind: StorageName) => Promise<Target>

/** Storages with a separate server. */
const lasting: Partial<Readonly<Record<StorageName, typeof openShortLived>>> = {
  'short-lived': openShortLived,
  sts: openSts,
  'remote-signing': openRemoteSigning,
  users: openUsers,
}

/** Opens the catalog to test: the given server, Iceberg's fixture, or new Headgate servers. */
export function openTarget(
  keeper: ProcessKeeper,
  options: EngineOptions,
  folder: string,
  say: (line: string) => void,
): OpenWarehouse {
  const { given } = options
  if (given) return (kind) => Promise.resolve(alone(givenAccess(given, kind)))
  if (options.fixture) {
    return async (kind) => {
      const storage = await startStorage(keeper, kind, join(folder, kind, 'warehouse'), say)
      const { jars } = await installKit(keeper, say)
      const fixture = join(folder, kind, 'fixture')
      return alone((await startIcebergFixture(keeper, { jars, folder: fixture, storage })).access)
    }
  }
  let starting: Promise<HeadgateServer> | undefined
  const dataDir = join(folder, 'data')
  return async (kind) => {
    const open = lasting[kind]
    if (open) return open(keeper, join(folder, kind), say)
    starting ??= startHeadgate(keeper, { dataDir, log: join(folder, 'headgate.log') })
    const server = await starting
    const usage = (): Promise<Usage> => readUsage(server.origin)
    if (kind === 'gateway') {
      await changeVending(server, 'lakehouse', { mode: 'gateway', omitEndpointFor: ['ClickHouse*'] })
      return { ...alone(defaultWarehouse(server)), usage }
    }
    // warehouses on the server's disk are allowed only below this folder
    const place = kind === 'file' ? join(dataDir, 'warehouses', kind) : join(folder, kind)
    const storage = await startStorage(keeper, kind, place, say)
    return { ...alone(await prepareWarehouse(server, { name: `engines_${kind}`, storage })), usage }
  }
}

function alone(access: EngineAccess): Target {
  return { access, others: {}, fixture: null, usage: null }
}

// the default of a new server, where clients receive keys without a request
function defaultWarehouse(server: HeadgateServer): EngineAccess {
  const storage = { kind: 'vended', endpoint: server.s3Url, region: 'us-east-1', ask: null } as const
  return { uri: server.origin, warehouse: 'lakehouse', auth: administrator(server), storage }
}

async function startStorage(
  keeper: ProcessKeeper,
  kind: StorageName,
  folder: string,
  say: (line: string) => void,
): Promise<WarehouseStorage> {
  if (kind !== 's3') {
    mkdirSync(folder, { recursive: true })
    return { kind: 'file', root: folder }
  }
  const binary = await installMinio(keeper, say)
  const minio = await startMinio(keeper, { binary, folder: join(folder, 'minio'), buckets: ['lake'] })
  return minio.storage('lake')
}

// where the files of a given server lie is its own matter: engines learn locations from the catalog
function givenAccess(given: GivenServer, kind: StorageName): EngineAccess {
  const { uri, warehouse, auth, s3 } = given
  const { endpoint, region } = s3
  if (kind === 'gateway')
    return { uri, warehouse, auth, storage: { kind: 'vended', endpoint, region, ask: 'vended-credentials' } }
  const storage: WarehouseStorage = kind === 's3' ? { kind, root: '', ...s3 } : { kind: 'file', root: '/' }
  return { uri, warehouse, auth, storage }
}
