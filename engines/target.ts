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
import type { EngineOptions, RunningServer } from './options.ts'
import { openSigned } from './signed/open-signed.ts'
import { openUpstream, openUpstreamShortLived } from './upstream/between-headgates.ts'
import { openForeign } from './upstream/foreign-catalogs.ts'
import { openUpstreamUsers } from './upstream/users.ts'
import { openUsers } from './users/open-users.ts'

/** Warehouse on which scenarios run, with its connection settings. */
export interface Target {
  readonly access: EngineAccess
  /** Connection settings of additional catalogs, for engines that support several catalogs. */
  readonly others: Readonly<Record<string, EngineAccess>>
  readonly fixture: WarehouseFixture | null
  /**
   * Reads the counters of the server that show the cost of storage access. Null if this run did not start the server.
   */
  readonly usage: (() => Promise<Usage>) | null
}

/** Returns a warehouse on the requested kind of storage. */
export type OpenWarehouse = (kind: StorageName) => Promise<Target>

/** Functions that start a separate server, keyed by the kind of storage for which it is needed. */
const lasting: Partial<
  Readonly<
    Record<
      StorageName,
      (keeper: ProcessKeeper, folder: string, say: (line: string) => void) => Promise<Target>
    >
  >
> = {
  'short-lived': (keeper, folder, say) => openShortLived(keeper, folder, say),
  sts: openSts,
  'remote-signing': openRemoteSigning,
  users: (keeper, folder, say) => openUsers(keeper, folder, say),
  upstream: (keeper, folder) => openUpstream(keeper, folder),
  'upstream-short-lived': (keeper, folder, say) => openUpstreamShortLived(keeper, folder, say),
  'upstream-relay': (keeper, folder) => openUpstream(keeper, folder, { credentials: 'relay' }),
  'upstream-relay-short-lived': (keeper, folder, say) =>
    openUpstreamShortLived(keeper, folder, say, { credentials: 'relay' }),
  'upstream-pass': (keeper, folder) => openUpstream(keeper, folder, { credentials: 'pass' }),
  'upstream-pass-short-lived': (keeper, folder, say) =>
    openUpstreamShortLived(keeper, folder, say, { credentials: 'pass' }),
  'upstream-glue': (keeper, folder) => openUpstream(keeper, folder, { aws: 'glue' }),
  'upstream-glue-short-lived': (keeper, folder, say) =>
    openUpstreamShortLived(keeper, folder, say, { aws: 'glue' }),
  'upstream-s3tables': (keeper, folder) => openUpstream(keeper, folder, { aws: 's3tables' }),
  'upstream-s3tables-short-lived': (keeper, folder, say) =>
    openUpstreamShortLived(keeper, folder, say, { aws: 's3tables' }),
  'upstream-fixture': (keeper, folder, say) => openForeign(keeper, folder, say, 'fixture'),
  'upstream-nessie': (keeper, folder, say) => openForeign(keeper, folder, say, 'nessie'),
  'upstream-users': (keeper, folder, say) => openUpstreamUsers(keeper, folder, say, 'headgate'),
  'upstream-nessie-users': (keeper, folder, say) => openUpstreamUsers(keeper, folder, say, 'nessie'),
  signed: openSigned,
}

/**
 * Opens the catalog under test: an existing server, the REST catalog server of Iceberg's compatibility kit, or new
 * Headgate servers.
 */
export function openTarget(
  keeper: ProcessKeeper,
  options: EngineOptions,
  folder: string,
  say: (line: string) => void,
): OpenWarehouse {
  const { server } = options
  if (server) return (kind) => Promise.resolve(alone(toEngineAccess(server, kind)))
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
    // The server allows warehouses in local directories only below its data directory.
    const place = kind === 'file' ? join(dataDir, 'warehouses', kind) : join(folder, kind)
    const storage = await startStorage(keeper, kind, place, say)
    return { ...alone(await prepareWarehouse(server, { name: `engines_${kind}`, storage })), usage }
  }
}

function alone(access: EngineAccess): Target {
  return { access, others: {}, fixture: null, usage: null }
}

// Returns the connection settings for the default warehouse of a new server, whose clients receive keys without
// requesting them.
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

// Returns the connection settings for a server that the run did not start. They contain no storage locations, because
// engines receive these from the catalog.
function toEngineAccess(server: RunningServer, kind: StorageName): EngineAccess {
  const { uri, warehouse, auth, s3 } = server
  const { endpoint, region } = s3
  if (kind === 'gateway')
    return { uri, warehouse, auth, storage: { kind: 'vended', endpoint, region, ask: 'vended-credentials' } }
  const storage: WarehouseStorage = kind === 's3' ? { kind, root: '', ...s3 } : { kind: 'file', root: '/' }
  return { uri, warehouse, auth, storage }
}
