import type { CatalogAuth } from '../../conformance/lib/catalog-access.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { gatewayWarehouse, newPrincipal } from '../lasting/gateway-warehouse.ts'
import { startServerFixture } from '../lasting/server-fixture.ts'
import { startSlowStore } from '../lasting/slow-store.ts'
import type { EngineAccess } from '../lib/access.ts'
import type { Target } from '../target.ts'

/** Lifetime of storage credentials in s. It is so short that jobs must refresh them. */
const credentialSeconds = 25
/**
 * Lifetime of tokens in s, which is the minimum that the server accepts. Clients renew the token of a user after nine
 * tenths of this time.
 */
const tokenSeconds = 60

/** Namespace in which both users have rights. */
const home = 'home'

const users = ['alice', 'bob'] as const
/** Names of the engines, keyed by the setting of their entry for requests without a user. */
const engines = { 'config-only': 'trino', deny: 'trino-deny', service: 'trino-service' } as const

/**
 * Starts a server with two users, and three engines that may name them. Alice signs in as `ice`. Catalogs of Trino:
 *
 * - `users`, `users_off`: `session=USER`, with and without token exchange, as the engine `trino` (config-only);
 * - `slow`, `slow_off`: like `users` and `users_off`, but the store sends the data files one by one, every two seconds;
 * - `denied`, `serving`: `session=USER` as engines whose entries contain `deny` and `service`;
 * - `no_user`, `no_user_serving`: `session=NONE` as `trino` and as `trino-service`.
 */
export async function openUsers(
  keeper: ProcessKeeper,
  folder: string,
  say: (line: string) => void,
  {
    makeWarehouse = gatewayWarehouse,
    env = {},
  }: {
    readonly makeWarehouse?: typeof gatewayWarehouse
    readonly env?: Readonly<Record<string, string>>
  } = {},
): Promise<Target> {
  const fixture = await startServerFixture(keeper, {
    folder,
    lifetimeMs: credentialSeconds * 1_000,
    env: { HEADGATE_TEST_MIN_CREDENTIAL_SECONDS: '5', HEADGATE_AUDIT_READS: 'store', ...env },
  })
  const { server } = fixture
  const warehouse = 'users'
  const administered = await makeWarehouse(fixture, warehouse, credentialSeconds)
  // The server hides a warehouse from callers that may use no object in it, so both users get rights in a namespace.
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
  // All engines have all grants, so only their entries restrict them.
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
  if (alice === undefined) throw new Error('the server created no principal for the user')
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
      no_user: access(credentials['config-only']),
      no_user_serving: access(credentials.service),
    },
  }
}
