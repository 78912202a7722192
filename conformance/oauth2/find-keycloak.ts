import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../lib/paths.ts'

/**
 * Returns the folder of a Keycloak distribution that was built for an in-memory database with `kc.sh build
 * --db=dev-mem`.
 */
export function findKeycloak(): string {
  const named = process.env['HEADGATE_KEYCLOAK_HOME']
  const folder = cacheFolder('engines', 'keycloak')
  const found = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('keycloak-')) : []
  const home = named ?? join(folder, found.toSorted().at(-1) ?? 'keycloak')
  if (existsSync(join(home, 'bin', 'kc.sh'))) return home
  throw new Error(
    `Keycloak is not installed in ${home}: run npm run engines:install -- keycloak, or set HEADGATE_KEYCLOAK_HOME to its folder`,
  )
}
