import { join } from 'node:path'
import { startHeadgate, type HeadgateServer } from '../../conformance/lib/headgate-server.ts'
import { prepareWarehouse } from '../../conformance/lib/prepare-warehouse.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import type { EngineAccess, VendedStorage } from '../lib/access.ts'
import type { Target } from '../target.ts'
import { readUsage } from '../lib/usage.ts'
import { openShortLived } from './short-lived.ts'

/** Origin of the storage credentials: `own` are those of the first server, the others those of its upstream. */
type Credentials = 'own' | 'relay' | 'pass'

/** Starts two servers. The warehouse of the second one forwards to a warehouse of the first one. */
export async function openUpstream(
  keeper: ProcessKeeper,
  folder: string,
  credentials: Credentials = 'own',
): Promise<Target> {
  const upstream = await startUpstream(keeper, folder)
  const server = await startHeadgate(keeper, {
    dataDir: join(folder, 'front-data'),
    log: join(folder, 'front.log'),
    env: credentials === 'own' ? fileRoots(upstream) : {},
  })
  const vending = { mode: 'gateway', omitEndpointFor: ['ClickHouse*'] }
  const access = await forwardingWarehouse({ server, upstream, name: 'front', vending, credentials })
  // Clients receive keys of an upstream only when they request them.
  const ask = credentials === 'pass' ? 'vended-credentials' : null
  return {
    access: { ...access, storage: { ...access.storage, ask } },
    others: {},
    fixture: null,
    usage: () => readUsage(server.origin),
  }
}

/** Opens the catalogs of `short-lived` with warehouses that forward to another server. */
export async function openUpstreamShortLived(
  keeper: ProcessKeeper,
  folder: string,
  say: (line: string) => void,
  credentials: Credentials = 'own',
): Promise<Target> {
  const env = credentials === 'own' ? {} : { HEADGATE_TEST_MIN_CREDENTIAL_SECONDS: '5' }
  const upstream = await startUpstream(keeper, folder, env)
  return await openShortLived(
    keeper,
    folder,
    say,
    ({ server }, name, lifetimeSeconds) => {
      const vending = { mode: 'gateway', lifetimeSeconds }
      return forwardingWarehouse({ server, upstream, name, vending, credentials })
    },
    credentials === 'own' ? fileRoots(upstream) : {},
  )
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
function fileRoots({ dataDir }: HeadgateServer): Readonly<Record<string, string>> {
  return { HEADGATE_FILE_ROOTS: `file://${join(dataDir, 'warehouses')}` }
}

/**
 * Creates a warehouse on the server that forwards to a new warehouse of the same name on the upstream. With own
 * credentials, both use the same directory, and the upstream vends none, so a client that received its configuration could
 * not read a file. Otherwise, only the upstream has access to the directory.
 */
async function forwardingWarehouse({
  server,
  upstream,
  name,
  vending,
  credentials,
}: {
  readonly server: HeadgateServer
  readonly upstream: HeadgateServer
  readonly name: string
  readonly vending: Readonly<Record<string, unknown>>
  readonly credentials: Credentials
}): Promise<EngineAccess & { readonly storage: VendedStorage }> {
  const storage = { kind: 'file', root: join(upstream.dataDir, 'warehouses', name) } as const
  const isOwn = credentials === 'own'
  const behindVending = isOwn ? { mode: 'none' } : vending
  const behind = await prepareWarehouse(upstream, { name, storage, bucket: name, vending: behindVending })
  if (behind.auth.kind !== 'credential')
    throw new Error('the administrator of a started server has a credential')
  const { uri, auth } = await prepareWarehouse(server, {
    name,
    ...(isOwn ? { storage, bucket: name } : { storage: null, allowedLocations: [`s3://${name}`] }),
    ...(credentials === 'pass' ? {} : { vending }),
    upstream: {
      uri: behind.uri,
      warehouse: name,
      credentials,
      auth: {
        'rest.auth.type': 'oauth2',
        'rest.auth.oauth2.token-endpoint': behind.auth.tokenUri,
        'rest.auth.oauth2.scope': behind.auth.scope,
      },
      secrets: { 'rest.auth.oauth2.credential': behind.auth.credential },
    },
  })
  const endpoint = credentials === 'pass' ? upstream.s3Url : server.s3Url
  return {
    uri,
    warehouse: name,
    auth,
    storage: { kind: 'vended', endpoint, region: 'us-east-1', ask: 'vended-credentials' },
  }
}
