import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import type { Target } from '../target.ts'
import { brief, restless, slow, unrefreshable, writer } from './catalogs.ts'
import { gatewayWarehouse, newPrincipal } from './gateway-warehouse.ts'
import { type ServerFixture, startServerFixture } from './server-fixture.ts'
import { startSlowStore } from './slow-store.ts'
import { startUnrefreshable } from './unrefreshable.ts'

/** Minimum lifetime of storage credentials in s. It suffices for one request, because clients refresh continuously. */
const leastSeconds = 5
const lifeSeconds = 2 * leastSeconds
/** Lifetime in s of storage credentials for jobs that must continue during a restart of the server. */
const longerLifeSeconds = 40

/**
 * Starts a server whose storage credentials are valid for seconds, which only tests can configure. Catalogs:
 *
 * - `ice` and `brief`: credentials are valid for 10 s;
 * - `unrefreshable`: the same warehouse, without the properties with which clients refresh credentials;
 * - `restless` and `writer`: another warehouse, for the administrator and for a principal without rights at first;
 *   credentials are valid for 40 s;
 * - `slow`: the warehouse of `restless`, whose store sends the data files one by one, every two seconds.
 */
export async function openShortLived(
  keeper: ProcessKeeper,
  folder: string,
  say: (line: string) => void,
  {
    makeWarehouse = gatewayWarehouse,
    env = {},
    adapt = (fixture) => fixture,
  }: {
    readonly makeWarehouse?: typeof gatewayWarehouse
    readonly env?: Readonly<Record<string, string>>
    readonly adapt?: (fixture: ServerFixture) => ServerFixture
  } = {},
): Promise<Target> {
  const started = await startServerFixture(keeper, {
    folder,
    lifetimeMs: lifeSeconds * 1_000,
    env: { HEADGATE_TEST_MIN_CREDENTIAL_SECONDS: String(leastSeconds), ...env },
  })
  const fixture = adapt(started)
  const { server } = fixture
  const ice = await makeWarehouse(fixture, 'seconds', lifeSeconds)
  const other = await makeWarehouse(fixture, restless, longerLifeSeconds)
  say(
    `storage credentials live for ${lifeSeconds} s, on the warehouse ${restless} for ${longerLifeSeconds} s`,
  )
  return {
    fixture,
    usage: fixture.usage,
    access: ice,
    others: {
      [brief]: ice,
      [unrefreshable]: { ...ice, uri: await startUnrefreshable(server.origin) },
      [slow]: {
        ...other,
        storage: { ...other.storage, endpoint: await startSlowStore(other.storage.endpoint) },
      },
      [restless]: other,
      [writer]: { ...other, auth: await newPrincipal(fixture, writer) },
    },
  }
}
