import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CatalogAuth } from '../../conformance/lib/catalog-access.ts'
import { tokenUri } from '../../conformance/lib/headgate-server.ts'
import { prepareWarehouse } from '../../conformance/lib/prepare-warehouse.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { startDelayed } from '../lasting/delayed.ts'
import { startServerLake, type ServerLake } from '../lasting/server-lake.ts'
import type { EngineAccess } from '../lib/access.ts'
import type { Target } from '../target.ts'

/** Storage credentials live for seconds, so that jobs renew them. */
const credentialSeconds = 25
/** The shortest there is: clients renew tokens of users after nine tenths of it. */
const tokenSeconds = 60
/** A data file is read once in so long through the catalogs `slow` and `slow_off`, ms. */
const slowMs = 2_000

/** A namespace that both users know. */
export const home = 'home'

export const users = ['alice', 'bob'] as const
/** Engines by how their entries treat calls without a user. */
export const engines = { 'config-only': 'trino', deny: 'trino-deny', service: 'trino-service' } as const

/**
 * A server with two users, and three engines that may state them by name. Alice signs in herself as `ice`. Catalogs of Trino:
 *
 * - `users`, `users_off`: `session=USER`, with and without token exchange, as the engine `trino` (config-only);
 * - `slow`, `slow_off`: the same, with data files that are handed out one by one;
 * - `denied`, `serving`: `session=USER` as engines whose entries say `deny` and `service`;
 * - `alone`, `alone_serving`: `session=NONE` as `trino` and as `trino-service`.
 */
export async function openUsers(
  keeper: ProcessKeeper,
  folder: string,
  say: (line: string) => void,
): Promise<Target> {
  const lake = await startServerLake(keeper, {
    folder,
    lifetimeMs: credentialSeconds * 1_000,
    env: { HEADGATE_TEST_MIN_CREDENTIAL_SECONDS: '5', HEADGATE_AUDIT_READS: 'store' },
  })
  const { server } = lake
  const warehouse = 'users'
  await prepareWarehouse(server, {
    name: warehouse,
    storage: { kind: 'file', root: join(server.dataDir, 'warehouses', warehouse) },
    bucket: warehouse,
    vending: { mode: 'gateway', lifetimeSeconds: credentialSeconds },
  })
  // Without anything to use in it, a warehouse does not exist.
  await lake.send('POST', `/v1/${warehouse}/namespaces`, { namespace: [home] })
  const [alice] = await Promise.all(users.map((name) => client(lake, name)))
  for (const principal of users)
    await lake.send('POST', '/management/v1/grants', {
      privilege: 'use',
      on: { warehouse, namespace: [home] },
      to: { principal },
    })
  const subjects = users.map((pattern) => ({ issuer: 'headgate', pattern }))
  const entry = { subjects, namesIssuer: 'headgate', unsignedSubjects: true, tokenSeconds }
  const credentials = {} as Record<keyof typeof engines, CatalogAuth>
  for (const [firstCalls, name] of Object.entries(engines) as [keyof typeof engines, string][]) {
    credentials[firstCalls] = await client(lake, name)
    await lake.send('POST', '/management/v1/engines', { principal: name, firstCalls, ...entry })
  }
  // What only the entries keep it from: an engine that may do everything by itself.
  for (const principal of [engines['config-only'], engines.deny])
    await lake.send('POST', '/management/v1/grants', {
      privilege: 'manage',
      on: { warehouse },
      to: { principal },
    })
  const storage = {
    kind: 'vended',
    endpoint: server.s3Url,
    region: 'us-east-1',
    ask: 'vended-credentials',
  } as const
  const access = (auth: CatalogAuth, more: Readonly<Record<string, string>> = {}): EngineAccess => ({
    uri: server.origin,
    warehouse,
    auth,
    storage,
    trino: Object.fromEntries(
      Object.entries(more).map(([key, value]) => [`iceberg.rest-catalog.${key}`, value]),
    ),
  })
  const slowly = async (of: EngineAccess): Promise<EngineAccess> => ({
    ...of,
    storage: { ...storage, endpoint: await oneByOne(server.s3Url) },
  })
  const user = { session: 'USER' }
  const off = { ...user, 'oauth2.token-exchange-enabled': 'false' }
  const stated = access(credentials['config-only'], user)
  const unexchanged = access(credentials['config-only'], off)
  say(`tokens of users live for ${tokenSeconds} s, storage credentials for ${credentialSeconds} s`)
  if (alice === undefined) throw new Error('there is no user')
  return {
    lake,
    usage: lake.usage,
    access: access(alice),
    others: {
      users: stated,
      users_off: unexchanged,
      slow: await slowly(stated),
      slow_off: await slowly(unexchanged),
      denied: access(credentials.deny, user),
      serving: access(credentials.service, user),
      alone: access(credentials['config-only']),
      alone_serving: access(credentials.service),
    },
  }
}

async function client(lake: ServerLake, name: string): Promise<CatalogAuth> {
  const { secret } = (await lake.send('POST', '/management/v1/principals', { name })) as {
    secret: { clientId: string; clientSecret: string }
  }
  const credential = `${secret.clientId}:${secret.clientSecret}`
  return { kind: 'credential', credential, scope: 'catalog', tokenUri: tokenUri(lake.server) }
}

function oneByOne(endpoint: string): Promise<string> {
  let turn = Promise.resolve()
  return startDelayed(endpoint, {
    delay: ({ method, url }) => {
      if (method !== 'GET' || !/\.parquet(\?|$)/.test(url ?? '')) return Promise.resolve()
      return (turn = turn.then(() => sleep(slowMs)))
    },
  })
}
