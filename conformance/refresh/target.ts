import { authorizationHeaders } from '../lib/access-token.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import { asCaller, openCatalog } from './catalog-client.ts'
import type { RefreshOptions } from './options.ts'
import { startOwnServer } from './own-server.ts'
import type { FixtureOptions } from './fixture.ts'

/** Lifetime of storage refresh tokens in s. It is the minimum that the server allows. */
const ownTokenLifeSeconds = 60
/** Lifetime of storage credentials in s. It is long enough for requests, and short enough to wait for the expiry. */
const ownLifetimeSeconds = 8

/** Opens the existing catalog that the options name, or starts a server if they name none. */
export async function openTarget(
  options: RefreshOptions & { readonly uri: string },
): Promise<FixtureOptions> {
  const { uri, warehouse, otherWarehouse, auth, second, tokenLifeSeconds } = options
  const headers = await authorizationHeaders(auth)
  const catalog = await openCatalog({ uri, warehouse, headers })
  return {
    catalog,
    second: second.kind === 'none' ? undefined : asCaller(catalog, await authorizationHeaders(second)),
    otherWarehouse:
      otherWarehouse === undefined
        ? undefined
        : await openCatalog({ uri, warehouse: otherWarehouse, headers }),
    authenticates: auth.kind !== 'none',
    tokenLifeSeconds,
    revocation: undefined,
  }
}

/** Starts a server whose credentials and tokens have a short lifetime, with two warehouses and two principals. */
export async function ownTarget(
  keeper: ProcessKeeper,
  folder: string,
  { quick }: Pick<RefreshOptions, 'quick'>,
): Promise<FixtureOptions> {
  const own = await startOwnServer(keeper, folder, {
    HEADGATE_TEST_MIN_CREDENTIAL_SECONDS: '2',
    HEADGATE_STORAGE_REFRESH_TOKEN_TTL: String(ownTokenLifeSeconds),
  })
  for (const name of ['refresh-lake', 'refresh-other'])
    await own.gatewayWarehouse(name, { lifetimeSeconds: ownLifetimeSeconds })
  const rights = { 'refresh-lake': ['manage'], 'refresh-other': ['manage'] }
  const ada = await own.principal('ada', rights)
  const eve = await own.principal('eve', rights)
  const catalog = await openCatalog({ uri: own.uri, warehouse: 'refresh-lake', headers: ada })
  return {
    catalog,
    maker: asCaller(catalog, own.admin),
    second: asCaller(catalog, eve),
    otherWarehouse: await openCatalog({ uri: own.uri, warehouse: 'refresh-other', headers: ada }),
    authenticates: true,
    tokenLifeSeconds: quick ? undefined : ownTokenLifeSeconds,
    revocation: {
      revoke: () => own.revoke('ada', 'manage', 'refresh-lake'),
      restore: () => own.grant('ada', 'manage', 'refresh-lake'),
    },
  }
}
