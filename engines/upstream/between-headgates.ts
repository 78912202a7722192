import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CatalogAccess } from '../../conformance/lib/catalog-access.ts'
import { startHeadgate, type HeadgateServer } from '../../conformance/lib/headgate-server.ts'
import { prepareWarehouse } from '../../conformance/lib/prepare-warehouse.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { readGatewayRequests, type ServerFixture, startServerFixture } from '../lasting/server-fixture.ts'
import { openShortLived } from '../lasting/short-lived.ts'
import type { EngineAccess, VendedStorage } from '../lib/access.ts'
import { readUsage } from '../lib/usage.ts'
import type { Target } from '../target.ts'
import { type AwsKind, startAwsDouble } from './aws-double.ts'

/** How a warehouse forwards to another Headgate server. */
interface Between {
  /** Origin of the storage credentials: `own` are those of the first server, the others those of its upstream. */
  readonly credentials?: 'own' | 'relay' | 'pass'
  /** Endpoint of AWS that a double plays between both servers. */
  readonly aws?: AwsKind
}

/** Lifetime of storage credentials in seconds where no job outlives them. */
const usualSeconds = 900

/** Starts two servers. The warehouse of the second one forwards to a warehouse of the first one. */
export async function openUpstream(
  keeper: ProcessKeeper,
  folder: string,
  between: Between = {},
): Promise<Target> {
  const { credentials = 'own' } = between
  const upstream = await startUpstream(keeper, folder)
  const fixture = await startServerFixture(keeper, {
    folder,
    lifetimeMs: usualSeconds * 1_000,
    env: credentials === 'own' ? fileRoots(upstream) : {},
  })
  const { server } = fixture
  const vending = { mode: 'gateway', omitEndpointFor: ['ClickHouse*'] }
  const access = await forwardingWarehouse(keeper, {
    ...between,
    folder,
    server,
    upstream,
    name: 'front',
    vending,
  })
  // Clients receive keys of an upstream only when they request them.
  const ask = credentials === 'pass' ? 'vended-credentials' : null
  return {
    access: { ...access, storage: { ...access.storage, ask } },
    others: {},
    fixture,
    usage: () => readUsage(server.origin),
  }
}

/** Opens the catalogs of `short-lived` with warehouses that forward to another server. */
export async function openUpstreamShortLived(
  keeper: ProcessKeeper,
  folder: string,
  say: (line: string) => void,
  between: Between = {},
): Promise<Target> {
  const { credentials = 'own' } = between
  const env = credentials === 'own' ? {} : { HEADGATE_TEST_MIN_CREDENTIAL_SECONDS: '5' }
  const upstream = await startUpstream(keeper, folder, env)
  return await openShortLived(keeper, folder, say, {
    env: credentials === 'own' ? fileRoots(upstream) : {},
    makeWarehouse: ({ server }, name, lifetimeSeconds) => {
      const vending = { mode: 'gateway', lifetimeSeconds }
      return forwardingWarehouse(keeper, { ...between, folder, server, upstream, name, vending })
    },
    ...(credentials === 'pass'
      ? { adapt: (fixture) => ({ ...fixture, ...issuedBy(upstream, fixture) }) }
      : {}),
  })
}

/**
 * Returns the functions of a fixture whose clients receive credentials of the upstream: the upstream mints them, and
 * receives the requests to the store.
 */
function issuedBy(
  upstream: HeadgateServer,
  fixture: ServerFixture,
): Pick<ServerFixture, 'usage' | 'storeRequests'> {
  return {
    usage: async () => ({ ...(await fixture.usage()), mints: (await readUsage(upstream.origin)).mints }),
    storeRequests: async () => {
      // Waits until the upstream has written the audit lines of the last requests.
      await fixture.events()
      return readGatewayRequests(readFileSync(upstream.process.log, 'utf8'))
    },
  }
}

function startUpstream(
  keeper: ProcessKeeper,
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<HeadgateServer> {
  const [dataDir, log] = [join(folder, 'upstream-data'), join(folder, 'upstream.log')]
  return startHeadgate(keeper, { dataDir, log, env })
}

/** Returns the setting that lets another server use the directories of this one. */
export function fileRoots({ dataDir }: Pick<HeadgateServer, 'dataDir'>): Readonly<Record<string, string>> {
  return { HEADGATE_FILE_ROOTS: `file://${join(dataDir, 'warehouses')}` }
}

interface ForwardingWarehouse extends Between {
  readonly folder: string
  readonly server: HeadgateServer
  readonly upstream: HeadgateServer
  readonly name: string
  readonly vending: Readonly<Record<string, unknown>>
}

/**
 * Creates a warehouse on the server that forwards to a new warehouse of the same name on the upstream. With own
 * credentials, both use the same directory, and the upstream vends none, so a client that received its configuration could
 * not read a file. Otherwise, only the upstream has access to the directory.
 */
async function forwardingWarehouse(
  keeper: ProcessKeeper,
  { folder, server, upstream, name, vending, credentials = 'own', aws }: ForwardingWarehouse,
): Promise<EngineAccess & { readonly storage: VendedStorage }> {
  const storage = { kind: 'file', root: join(upstream.dataDir, 'warehouses', name) } as const
  const isOwn = credentials === 'own'
  const behindVending = isOwn ? { mode: 'none' } : vending
  const behind = await prepareWarehouse(upstream, { name, storage, bucket: name, vending: behindVending })
  const settings =
    aws === undefined
      ? withAccount(behind)
      : await startAwsDouble(keeper, { kind: aws, target: behind, folder })
  const { uri, auth } = await prepareWarehouse(server, {
    name,
    ...(isOwn ? { storage, bucket: name } : { storage: null, allowedLocations: [`s3://${name}`] }),
    ...(credentials === 'pass' ? {} : { vending }),
    upstream: { ...settings, credentials },
  })
  const endpoint = credentials === 'pass' ? upstream.s3Url : server.s3Url
  return {
    uri,
    warehouse: name,
    auth,
    storage: { kind: 'vended', endpoint, region: 'us-east-1', ask: 'vended-credentials' },
  }
}

/** Returns the settings of an upstream with the account of its administrator. */
function withAccount({ uri, warehouse, auth }: CatalogAccess): Readonly<Record<string, unknown>> {
  if (auth.kind !== 'credential') throw new Error('the administrator of a started server has a credential')
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
