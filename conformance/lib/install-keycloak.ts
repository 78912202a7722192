import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { findJdk } from './jdk.ts'
import { cacheFolder } from './paths.ts'
import type { ProcessKeeper } from './process-keeper.ts'
import { isInstalled, markInstalled, computeStamp } from './stamp.ts'
import { copyArtifacts } from './maven-artifacts.ts'

const version = '26.7.3'

export interface InstalledKeycloak {
  readonly version: string
  /**
   * Folder of the installed Keycloak. Its build step (`kc.sh build`) has already run, so it can start with
   * `--optimized` in half the time.
   */
  readonly home: string
}

/** Installs Keycloak from Maven repositories (176 MB), built for an in-memory database. Needs a JDK 17 or newer. */
export async function installKeycloak(
  keeper: ProcessKeeper,
  say: (line: string) => void,
): Promise<InstalledKeycloak> {
  const folder = cacheFolder('engines', 'keycloak')
  const installed: InstalledKeycloak = { version, home: join(folder, `keycloak-${version}`) }
  const stamp = computeStamp(version, 'dev-mem')
  if (isInstalled(folder, stamp)) return installed

  say(`fetching Keycloak ${version} with Maven (176 MB) …`)
  const log = join(folder, 'install.log')
  const download = join(folder, 'download')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(download, { recursive: true })
  await copyArtifacts(keeper, {
    artifacts: [`org.keycloak:keycloak-quarkus-dist:${version}:tar.gz`],
    into: download,
    pom: join(folder, 'pom', 'pom.xml'),
    log,
  })
  const archive = join(download, `keycloak-quarkus-dist-${version}.tar.gz`)
  if (!existsSync(archive)) throw new Error(`Maven did not download ${archive}; see ${log}`)
  await keeper.run({ name: 'tar', command: 'tar', args: ['-C', folder, '-xzf', archive], log })
  rmSync(download, { recursive: true, force: true })
  say('building it (30 s) …')
  const env = { JAVA_HOME: findJdk(17, 25).home }
  const args = ['build', '--db=dev-mem']
  await keeper.run({ name: 'kc build', command: join(installed.home, 'bin/kc.sh'), args, env, log })
  markInstalled(folder, stamp)
  return installed
}
