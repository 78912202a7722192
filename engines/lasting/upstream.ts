import { join } from 'node:path'
import { startHeadgate, type HeadgateServer } from '../../conformance/lib/headgate-server.ts'
import { prepareWarehouse } from '../../conformance/lib/prepare-warehouse.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import type { EngineAccess, VendedStorage } from '../lib/access.ts'
import type { Target } from '../target.ts'
import { readUsage } from '../lib/usage.ts'
import { openShortLived } from './short-lived.ts'

/** Starts two servers. The warehouse of the second one forwards to a warehouse of the first one. */
export async function openUpstream(keeper: ProcessKeeper, folder: string): Promise<Target> {
  const upstream = await startUpstream(keeper, folder)
  const server = await startHeadgate(keeper, {
    dataDir: join(folder, 'front-data'),
    log: join(folder, 'front.log'),
    env: fileRoots(upstream),
  })
  const access = await forwardingWarehouse(server, upstream, 'front', {
    mode: 'gateway',
    omitEndpointFor: ['ClickHouse*'],
  })
  return {
    access: { ...access, storage: { ...access.storage, ask: null } },
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
): Promise<Target> {
  const upstream = await startUpstream(keeper, folder)
  return await openShortLived(
    keeper,
    folder,
    say,
    ({ server }, name, lifetimeSeconds) =>
      forwardingWarehouse(server, upstream, name, { mode: 'gateway', lifetimeSeconds }),
    fileRoots(upstream),
  )
}

function startUpstream(keeper: ProcessKeeper, folder: string): Promise<HeadgateServer> {
  return startHeadgate(keeper, { dataDir: join(folder, 'upstream-data'), log: join(folder, 'upstream.log') })
}

/** Returns the setting that lets another server use the directories of this one. */
function fileRoots({ dataDir }: HeadgateServer): Readonly<Record<string, string>> {
  return { HEADGATE_FILE_ROOTS: `file://${join(dataDir, 'warehouses')}` }
}

/**
 * Creates a warehouse on the server that forwards to a new warehouse of the same name on the upstream. Both use the same
 * directory. The upstream vends no credentials, so a client that received its configuration could not read a file.
 */
async function forwardingWarehouse(
  server: HeadgateServer,
  upstream: HeadgateServer,
  name: string,
  vending: Readonly<Record<string, unknown>>,
): Promise<EngineAccess & { readonly storage: VendedStorage }> {
  const storage = { kind: 'file', root: join(upstream.dataDir, 'warehouses', name) } as const
  const behind = await prepareWarehouse(upstream, { name, storage, bucket: name, vending: { mode: 'none' } })
  if (behind.auth.kind !== 'credential')
    throw new Error('the administrator of a started server has a credential')
  const { uri, auth } = await prepareWarehouse(server, {
    name,
    storage,
    bucket: name,
    vending,
    upstream: {
      uri: behind.uri,
      warehouse: name,
      auth: {
        'rest.auth.type': 'oauth2',
        'rest.auth.oauth2.token-endpoint': behind.auth.tokenUri,
        'rest.auth.oauth2.scope': behind.auth.scope,
      },
      secrets: { 'rest.auth.oauth2.credential': behind.auth.credential },
    },
  })
  const endpoint = server.s3Url
  return {
    uri,
    warehouse: name,
    auth,
    storage: { kind: 'vended', endpoint, region: 'us-east-1', ask: 'vended-credentials' },
  }
}
