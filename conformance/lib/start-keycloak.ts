import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { findJdk } from './jdk.ts'
import type { ProcessKeeper } from './process-keeper.ts'
import { answers, waitUntilReady } from './wait-until-ready.ts'

export interface KeycloakRun {
  /** A Keycloak that was built for an in-memory database: `kc.sh build --db=dev-mem`. */
  readonly home: string
  /** Folder for the copy and the log of the run. */
  readonly folder: string
  /** The name of the realm, and its representation in the import format of Keycloak. */
  readonly realm: { readonly name: string; readonly text: string }
  readonly env?: Readonly<Record<string, string>>
}

/** Starts Keycloak on a loopback port with one realm, and returns its origin. All data is lost when it ends. */
export async function startKeycloak(keeper: ProcessKeeper, run: KeycloakRun): Promise<string> {
  const { home, folder, realm } = run
  const port = await freePort()
  const own = join(folder, 'keycloak')
  const log = join(folder, 'keycloak.log')
  // Hard links are safe, because Keycloak writes only below `data`, which each run has separately.
  await keeper.run({ name: 'cp', command: 'cp', args: ['-al', home, own], log })
  mkdirSync(join(own, 'data', 'import'), { recursive: true })
  writeFileSync(join(own, 'data', 'import', `${realm.name}-realm.json`), realm.text)
  const origin = `http://127.0.0.1:${port}`
  const server = keeper.start({
    name: 'keycloak',
    command: join(own, 'bin', 'kc.sh'),
    args: [
      'start',
      '--optimized',
      '--http-enabled=true',
      '--import-realm',
      // Otherwise Keycloak listens on every address for other instances.
      '--cache=local',
      '--http-host=127.0.0.1',
      `--http-port=${port}`,
      `--hostname=${origin}`,
    ],
    env: { JAVA_HOME: findJdk(17, 25).home, JAVA_OPTS_KC_HEAP: '-Xms128m -Xmx512m', ...run.env },
    log,
  })
  const discovery = `${origin}/realms/${realm.name}/.well-known/openid-configuration`
  await waitUntilReady(server, () => answers(discovery), 600_000)
  return origin
}
