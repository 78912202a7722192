import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import type { Target } from '../target.ts'
import { brief, restless, slow, unrefreshable, writer } from './catalogs.ts'
import { gatewayWarehouse, newPrincipal } from './gateway-warehouse.ts'
import { startServerLake } from './server-lake.ts'
import { startSlowStore } from './slow-store.ts'
import { startUnrefreshable } from './unrefreshable.ts'

/** Clients ask anew all the time, so a life need only be long enough for one request. */
const leastSeconds = 5
const lifeSeconds = 2 * leastSeconds
/** For jobs that must get through a restart. */
const longerLifeSeconds = 40

/**
 * A server whose storage credentials live for seconds, which tests alone can have. Catalogs:
 *
 * - `ice` and `brief`: credentials live for 10 s;
 * - `unrefreshable`: the same warehouse, without what clients renew their credentials by;
 * - `restless` and `writer`: another warehouse, as the administrator and as a principal without rights so far;
 *   credentials live for 40 s;
 * - `slow`: that warehouse, with data files that are handed out one by one, one every two seconds.
 */
export async function openShortLived(
  keeper: ProcessKeeper,
  folder: string,
  say: (line: string) => void,
): Promise<Target> {
  const lake = await startServerLake(keeper, {
    folder,
    lifetimeMs: lifeSeconds * 1_000,
    env: { HEADGATE_TEST_MIN_CREDENTIAL_SECONDS: String(leastSeconds) },
  })
  const { server } = lake
  const ice = await gatewayWarehouse(lake, 'seconds', lifeSeconds)
  const other = await gatewayWarehouse(lake, restless, longerLifeSeconds)
  say(
    `storage credentials live for ${lifeSeconds} s, on the warehouse ${restless} for ${longerLifeSeconds} s`,
  )
  return {
    lake,
    usage: lake.usage,
    access: ice,
    others: {
      [brief]: ice,
      [unrefreshable]: { ...ice, uri: await startUnrefreshable(server.origin) },
      [slow]: { ...other, storage: { ...other.storage, endpoint: await startSlowStore(server.s3Url) } },
      [restless]: other,
      [writer]: { ...other, auth: await newPrincipal(lake, writer) },
    },
  }
}
