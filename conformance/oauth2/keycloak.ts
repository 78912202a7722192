import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../lib/free-port.ts'
import { findJdk } from '../lib/jdk.ts'
import { cacheFolder } from '../lib/paths.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import { answers, waitUntilReady } from '../lib/wait-until-ready.ts'

/** The home of a Keycloak that was built for a database in memory: `kc.sh build --db=dev-mem`. */
export function findKeycloak(): string {
  const named = process.env['HEADGATE_KEYCLOAK_HOME']
  const folder = cacheFolder('engines', 'keycloak')
  const found = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('keycloak-')) : []
  const home = named ?? join(folder, found.toSorted().at(-1) ?? 'keycloak')
  if (existsSync(join(home, 'bin', 'kc.sh'))) return home
  throw new Error(
    `no Keycloak in ${home}: npm run engines:install -- keycloak, or set HEADGATE_KEYCLOAK_HOME to its folder`,
  )
}

/** Keycloak on a loopback port, with a realm of its own; everything in it is gone when it ends. */
export async function startKeycloak(
  keeper: ProcessKeeper,
  home: string,
  folder: string,
  realm: { readonly realm: string },
): Promise<string> {
  const port = await freePort()
  const own = join(folder, 'keycloak')
  const log = join(folder, 'keycloak.log')
  // Hard links: it writes below `data` only, which each run has for itself.
  await keeper.run({ name: 'cp', command: 'cp', args: ['-al', home, own], log })
  mkdirSync(join(own, 'data', 'import'), { recursive: true })
  writeFileSync(join(own, 'data', 'import', 'realm.json'), JSON.stringify(realm))
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
    env: { JAVA_HOME: findJdk(17, 25).home, JAVA_OPTS_KC_HEAP: '-Xms128m -Xmx512m' },
    log,
  })
  const issuer = `${origin}/realms/${realm.realm}`
  await waitUntilReady(server, () => answers(`${issuer}/.well-known/openid-configuration`), 240_000)
  return issuer
}
