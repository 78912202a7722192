import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ArchitectureName } from './architecture.ts'
import { suite } from './debian-packages.ts'
import { runTool } from './run-tool.ts'

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'

export const defaultMirror = 'http://deb.debian.org/debian'

/**
 * Runs apt programs with a separate configuration, which does not depend on the packages and settings of this machine.
 */
export interface PrivateApt {
  readonly run: (program: 'apt-get' | 'apt-cache', args: readonly string[], cwd?: string) => Promise<string>
}

/**
 * Configures apt in a folder for one architecture, and downloads the package lists of the Debian release.
 *
 * @param mirror URL of a mirror of Debian. The mirror must also have `debian-security`, next to `debian`
 */
export async function openPrivateApt(
  folder: string,
  mirror: string,
  architecture: ArchitectureName,
): Promise<PrivateApt> {
  if (!existsSync(keyring))
    throw new Error(
      `${keyring}, which verifies packages of Debian, is missing. Install debian-archive-keyring.`,
    )
  for (const path of ['etc/apt.conf.d', 'etc/preferences.d', 'state/lists/partial', 'cache/archives/partial'])
    mkdirSync(join(folder, path), { recursive: true })
  writeFileSync(join(folder, 'state/status'), '')
  writeFileSync(join(folder, 'etc/sources.list'), composeSources(mirror))
  writeFileSync(join(folder, 'apt.conf'), composeConfiguration(folder, architecture))
  const env = { APT_CONFIG: join(folder, 'apt.conf') }
  const apt: PrivateApt = {
    run: (program, args, cwd) => runTool(program, args, { env, ...(cwd === undefined ? {} : { cwd }) }),
  }
  await apt.run('apt-get', ['update', '--error-on=any'])
  return apt
}

function composeSources(mirror: string): string {
  const security = mirror.replace(/\/debian(?=\/|$)/, '/debian-security')
  return [
    `deb [signed-by=${keyring}] ${mirror} ${suite} main`,
    `deb [signed-by=${keyring}] ${mirror} ${suite}-updates main`,
    `deb [signed-by=${keyring}] ${security} ${suite}-security main`,
    '',
  ].join('\n')
}

function composeConfiguration(folder: string, architecture: ArchitectureName): string {
  return [
    `Dir::Etc "${folder}/etc";`,
    `Dir::Etc::sourceparts "-";`,
    `Dir::State "${folder}/state";`,
    `Dir::State::status "${folder}/state/status";`,
    `Dir::Cache "${folder}/cache";`,
    `APT::Architecture "${architecture}";`,
    `APT::Architectures { "${architecture}"; };`,
    'APT::Sandbox::User "root";',
    'Acquire::Languages "none";',
    'Acquire::Retries "3";',
    // Accepts the expired package lists of a snapshot mirror. The digests in pins.json verify each package.
    'Acquire::Check-Valid-Until "false";',
    '',
  ].join('\n')
}
