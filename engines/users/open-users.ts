import type { CatalogAuth } from '../../conformance/lib/catalog-access.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { gatewayWarehouse, newPrincipal } from '../lasting/gateway-warehouse.ts'
import { startServerLake } from '../lasting/server-lake.ts'
import { startSlowStore } from '../lasting/slow-store.ts'
import type { EngineAccess } from '../lib/access.ts'
import type { Target } from '../target.ts'

/** Storage credentials live for seconds, so that jobs renew them. */
const credentialSeconds = 25
/** The shortest there is: clients renew tokens of users after nine tenths of it. */
const tokenSeconds = 60

/** A namespace that both users know. */
export const home = 'home'

export const users = ['alice', 'bob'] as const
/** Engines by how their entries treat calls without a user. */
export const engines = { 'config-only': 'trino', deny: 'trino-deny', service: 'trino-service' } as const

/**
 * A server with two users, and three engines that may state them by name. Alice signs in herself as `ice`. Catalogs of Trino:
 *
 * - `users`, `users_off`: `session=USER`, with and without token exchange, as the engine `trino` (config-only);
 * - `slow`, `slow_off`: the same, with data files that are handed out one by one, one every two seconds;
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
  const administered = await gatewayWarehouse(lake, warehouse, credentialSeconds)
  // Without anything to use in it, a warehouse does not exist.
  await lake.send('POST', `/v1/${warehouse}/namespaces`, { namespace: [home] })
  const [alice] = await Promise.all(users.map((name) => newPrincipal(lake, name)))
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
    credentials[firstCalls] = await newPrincipal(lake, name)
    await lake.send('POST', '/management/v1/engines', { principal: name, firstCalls, ...entry })
  }
  // What only the entries keep it from: an engine that may do everything by itself.
  for (const principal of [engines['config-only'], engines.deny])
    await lake.send('POST', '/management/v1/grants', {
      privilege: 'manage',
      on: { warehouse },
      to: { principal },
    })
  const access = (auth: CatalogAuth, more: Readonly<Record<string, string>> = {}): EngineAccess => ({
    ...administered,
    auth,
    trino: Object.fromEntries(
      Object.entries(more).map(([key, value]) => [`iceberg.rest-catalog.${key}`, value]),
    ),
  })
  const slowly = async (of: EngineAccess): Promise<EngineAccess> => ({
    ...of,
    storage: { ...administered.storage, endpoint: await startSlowStore(server.s3Url) },
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
