import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ProcessKeeper } from './process-keeper.ts'
import { isInstalled, markInstalled, computeStamp } from './stamp.ts'

/**
 * Installs npm packages, each as `name@version`, into a folder, without optional dependencies. Suites use it for
 * packages that are too large for the workspace. Does nothing if the same packages are already installed there.
 */
export async function npmFolder(
  keeper: ProcessKeeper,
  folder: string,
  packages: readonly string[],
  say: (line: string) => void,
): Promise<string> {
  const stamp = computeStamp(...packages)
  if (isInstalled(folder, stamp)) return folder
  say(`npm install ${packages.join(' ')} …`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  await keeper.run({
    name: 'npm install',
    command: 'npm',
    args: ['install', '--omit=optional', '--no-audit', '--no-fund', '--save-exact', ...packages],
    cwd: folder,
    log: join(dirname(folder), `${folder.slice(folder.lastIndexOf('/') + 1)}-install.log`),
    timeoutMs: 15 * 60_000,
  })
  markInstalled(folder, stamp)
  return folder
}
