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

/** Options of a warehouse that forwards to another Headgate server. */
interface Between {
  /**
   * Origin of the storage credentials for clients: the forwarding server (`own`), or the other server (`relay`,
   * `pass`).
   */
  readonly credentials?: 'own' | 'relay' | 'pass'
  /** AWS service whose endpoint is simulated between the two servers. */
  readonly aws?: AwsKind
}

/** Lifetime of storage credentials in s, for scenarios without a job that outlives them. */
const usualSeconds = 900

/** Starts two Headgate servers. A warehouse of the second server forwards to a warehouse of the first server. */
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
  // A server in mode `pass` returns keys of the upstream only to clients that request them.
  const ask = credentials === 'pass' ? 'vended-credentials' : null
  return {
    access: { ...access, storage: { ...access.storage, ask } },
    others: {},
    fixture,
    usage: () => readUsage(server.origin),
  }
}

/** Opens the catalogs of the storage `short-lived`, with warehouses that forward to another server. */
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
 * Returns the functions of a fixture in which clients receive credentials of the upstream server, so that this server
 * mints them and its store receives the requests.
 */
function issuedBy(
  upstream: HeadgateServer,
  fixture: ServerFixture,
): Pick<ServerFixture, 'usage' | 'storeRequests'> {
  return {
    usage: async () => ({ ...(await fixture.usage()), mints: (await readUsage(upstream.origin)).mints }),
    storeRequests: async () => {
      // Waits until the upstream server has logged the last requests.
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

/** Returns the setting that allows another server to use the directories of this server. */
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

/** Returns the upstream settings that authenticate with the account of the upstream's administrator. */
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
