import type { CatalogAuth } from '../../conformance/lib/catalog-access.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { gatewayWarehouse, newPrincipal } from '../lasting/gateway-warehouse.ts'
import { startServerFixture } from '../lasting/server-fixture.ts'
import { startSlowStore } from '../lasting/slow-store.ts'
import type { EngineAccess } from '../lib/access.ts'
import type { Target } from '../target.ts'

/** Lifetime of storage credentials, so short that jobs refresh them. */
const credentialSeconds = 25
/** The shortest lifetime of tokens: clients renew tokens of users after nine tenths of it. */
const tokenSeconds = 60

/** A namespace in which both users have rights. */
export const home = 'home'

export const users = ['alice', 'bob'] as const
/** Engines by how their entries treat calls without a user. */
export const engines = { 'config-only': 'trino', deny: 'trino-deny', service: 'trino-service' } as const

/**
 * Starts a server with two users, and three engines that may name them. Alice signs in as `ice`. Catalogs of Trino:
 *
 * - `users`, `users_off`: `session=USER`, with and without token exchange, as the engine `trino` (config-only);
 * - `slow`, `slow_off`: these, with data files that are served one by one, every two seconds;
 * - `denied`, `serving`: `session=USER` as engines whose entries contain `deny` and `service`;
 * - `alone`, `alone_serving`: `session=NONE` as `trino` and as `trino-service`.
 */
export async function openUsers(
  keeper: ProcessKeeper,
  folder: string,
  say: (line: string) => void,
): Promise<Target> {
  const fixture = await startServerFixture(keeper, {
    folder,
    lifetimeMs: credentialSeconds * 1_000,
    env: { HEADGATE_TEST_MIN_CREDENTIAL_SECONDS: '5', HEADGATE_AUDIT_READS: 'store' },
  })
  const { server } = fixture
  const warehouse = 'users'
  const administered = await gatewayWarehouse(fixture, warehouse, credentialSeconds)
  // A warehouse without an object that the caller may use is hidden.
  await fixture.send('POST', `/v1/${warehouse}/namespaces`, { namespace: [home] })
  const [alice] = await Promise.all(users.map((name) => newPrincipal(fixture, name)))
  for (const principal of users)
    await fixture.send('POST', '/management/v1/grants', {
      privilege: 'use',
      on: { warehouse, namespace: [home] },
      to: { principal },
    })
  const subjects = users.map((pattern) => ({ issuer: 'headgate', pattern }))
  const entry = { subjects, namesIssuer: 'headgate', unsignedSubjects: true, tokenSeconds }
  const credentials = {} as Record<keyof typeof engines, CatalogAuth>
  for (const [firstCalls, name] of Object.entries(engines) as [keyof typeof engines, string][]) {
    credentials[firstCalls] = await newPrincipal(fixture, name)
    await fixture.send('POST', '/management/v1/engines', { principal: name, firstCalls, ...entry })
  }
  // Engines with all grants, which only their entries restrict.
  for (const principal of [engines['config-only'], engines.deny])
    await fixture.send('POST', '/management/v1/grants', {
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
    fixture,
    usage: fixture.usage,
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
