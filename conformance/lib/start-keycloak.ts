import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { findJdk } from './jdk.ts'
import type { ProcessKeeper } from './process-keeper.ts'
import { responds, waitUntilReady } from './wait-until-ready.ts'

export interface KeycloakRun {
  /** Folder of a Keycloak distribution that was built for an in-memory database with `kc.sh build --db=dev-mem`. */
  readonly home: string
  /** Folder for the copy of Keycloak that runs, and for its log. */
  readonly folder: string
  /** Name of the realm, and its definition in the import format of Keycloak. */
  readonly realm: { readonly name: string; readonly text: string }
  readonly env?: Readonly<Record<string, string>>
}

/** Command that starts Keycloak. */
export interface KeycloakCommand {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** Copies Keycloak and adds one realm. Returns the command that starts the copy on a loopback port. */
export async function prepareKeycloak(
  keeper: ProcessKeeper,
  { home, folder, realm, env = {} }: KeycloakRun,
  port: number,
): Promise<KeycloakCommand> {
  const own = join(folder, 'keycloak')
  // Hard links are safe, because Keycloak writes only below `data`, which each run has separately.
  const log = join(folder, 'keycloak.log')
  await keeper.run({ name: 'cp', command: 'cp', args: ['-al', home, own], log })
  mkdirSync(join(own, 'data', 'import'), { recursive: true })
  writeFileSync(join(own, 'data', 'import', `${realm.name}-realm.json`), realm.text)
  return {
    command: join(own, 'bin', 'kc.sh'),
    args: [
      'start',
      '--optimized',
      '--http-enabled=true',
      '--import-realm',
      // Without this option, Keycloak opens a port on all interfaces to find other instances.
      '--cache=local',
      '--http-host=127.0.0.1',
      `--http-port=${port}`,
      `--hostname=http://127.0.0.1:${port}`,
    ],
    env: { JAVA_HOME: findJdk(17, 25).home, JAVA_OPTS_KC_HEAP: '-Xms128m -Xmx512m', ...env },
  }
}

/** Starts Keycloak with one realm on a free loopback port, and returns its origin. All data is in memory. */
export async function startKeycloak(keeper: ProcessKeeper, run: KeycloakRun): Promise<string> {
  const port = await freePort()
  const server = keeper.start({
    name: 'keycloak',
    ...(await prepareKeycloak(keeper, run, port)),
    log: join(run.folder, 'keycloak.log'),
  })
  const origin = `http://127.0.0.1:${port}`
  const discovery = `${origin}/realms/${run.realm.name}/.well-known/openid-configuration`
  await waitUntilReady(server, () => responds(discovery), 600_000)
  return origin
}
