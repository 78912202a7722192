import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectKeycloak, type Keycloak } from '../lib/keycloak.ts'
import { installKeycloak } from '../lib/install-keycloak.ts'
import { repositoryRoot } from '../lib/paths.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import { startKeycloak } from '../lib/start-keycloak.ts'

/** Starts Keycloak with the realm of the identity suite. Its client `console` may only send browsers to `headgateUrl`. */
export async function startIdentityProvider(
  keeper: ProcessKeeper,
  options: { readonly folder: string; readonly headgateUrl: string; readonly say: (line: string) => void },
): Promise<Keycloak> {
  const { folder, headgateUrl, say } = options
  const installed = await installKeycloak(keeper, say)
  say(`starting Keycloak ${installed.version}`)
  const text = readFileSync(join(repositoryRoot, 'engines/identity/lakehouse-realm.json'), 'utf8')
  const origin = await startKeycloak(keeper, {
    home: installed.home,
    folder,
    realm: { name: 'lakehouse', text },
    env: {
      KC_BOOTSTRAP_ADMIN_USERNAME: 'admin',
      KC_BOOTSTRAP_ADMIN_PASSWORD: 'admin',
      HEADGATE_TEST_URL: headgateUrl,
    },
  })
  return connectKeycloak(origin)
}

/** Returns the settings of a server at which users of Keycloak sign in to the console. */
export function issuerSettings({ issuer }: Keycloak): Readonly<Record<string, string>> {
  const console = { clientId: 'console', clientSecretEnv: 'CONSOLE_SECRET', label: 'Keycloak' }
  return {
    HEADGATE_ISSUERS: JSON.stringify([{ issuer, preset: 'keycloak', audience: 'catalog', console }]),
    CONSOLE_SECRET: 'console-secret',
  }
}
