import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ProcessKeeper } from './process-keeper.ts'
import { isInstalled, markInstalled, stampOf } from './stamp.ts'

/**
 * A folder with the given npm packages, `name@version`, without what they call optional: for what is too large for
 * everybody who works on the project. Nothing is done when the same packages are there already.
 */
export async function npmFolder(
  keeper: ProcessKeeper,
  folder: string,
  packages: readonly string[],
  say: (line: string) => void,
): Promise<string> {
  const stamp = stampOf(...packages)
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
