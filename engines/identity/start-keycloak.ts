import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../conformance/lib/free-port.ts'
import { findJdk } from '../../conformance/lib/jdk.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { answers, waitUntilReady } from '../../conformance/lib/wait-until-ready.ts'
import type { InstalledKeycloak } from '../install/keycloak.ts'

/** Keycloak on a loopback port, with the realm beside this file; everything in it is gone when it ends. */
export async function startKeycloak(
  keeper: ProcessKeeper,
  { home }: InstalledKeycloak,
  { folder, headgateUrl }: { readonly folder: string; readonly headgateUrl: string },
): Promise<string> {
  const port = await freePort()
  const own = join(folder, 'keycloak')
  const log = join(folder, 'keycloak.log')
  // Hard links: it writes below `data` only, which each run has for itself.
  await keeper.run({ name: 'cp', command: 'cp', args: ['-al', home, own], log })
  mkdirSync(join(own, 'data', 'import'), { recursive: true })
  const realm = 'lakehouse-realm.json'
  copyFileSync(join(import.meta.dirname, realm), join(own, 'data', 'import', realm))
  const origin = `http://127.0.0.1:${port}`
  const server = keeper.start({
    name: 'keycloak',
    command: join(own, 'bin', 'kc.sh'),
    args: [
      'start',
      '--optimized',
      '--http-enabled=true',
      '--import-realm',
      // Without it Keycloak listens for others of its kind, on every address.
      '--cache=local',
      '--http-host=127.0.0.1',
      `--http-port=${port}`,
      `--hostname=${origin}`,
    ],
    env: {
      JAVA_HOME: findJdk(17, 25).home,
      JAVA_OPTS_KC_HEAP: '-Xms128m -Xmx512m',
      KC_BOOTSTRAP_ADMIN_USERNAME: 'admin',
      KC_BOOTSTRAP_ADMIN_PASSWORD: 'admin',
      HEADGATE_TEST_URL: headgateUrl,
    },
    log,
  })
  await waitUntilReady(
    server,
    () => answers(`${origin}/realms/lakehouse/.well-known/openid-configuration`),
    240_000,
  )
  return origin
}
