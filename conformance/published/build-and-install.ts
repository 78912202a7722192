import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryRoot } from '../lib/paths.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import type { Installed } from './checks.ts'
import { packAndInstall, type Packed } from './pack.ts'
import { libraryNames } from './packages.ts'

/** Dependencies of other projects, which npm would install as well. */
const thirdParties = ['oauth4webapi', 'prom-client']

/**
 * Builds the libraries, packs them into `tarballs`, and installs them in `run`. This folder must not be within the
 * workspace, where modules would be found that are not installed.
 */
export async function buildAndInstall(
  keeper: ProcessKeeper,
  { run, tarballs }: { readonly run: string; readonly tarballs: string },
): Promise<Installed> {
  rmSync(tarballs, { recursive: true, force: true })
  mkdirSync(tarballs, { recursive: true })
  await build(keeper, run)
  const packed: Packed[] = []
  for (const library of libraryNames) packed.push(await packAndInstall(keeper, library, { run, tarballs }))
  for (const name of thirdParties) {
    const from = join(repositoryRoot, 'node_modules', name)
    if (!existsSync(from)) throw new Error(`${name} is not installed: npm ci`)
    symlinkSync(from, join(run, 'node_modules', name))
  }
  return { run, packed }
}

async function build(keeper: ProcessKeeper, run: string): Promise<void> {
  const folders = libraryNames.map((library) => join('packages', library))
  // Builds from an empty folder, so that output of a deleted file is not published.
  for (const folder of folders) {
    rmSync(join(repositoryRoot, folder, 'dist'), { recursive: true, force: true })
    rmSync(join(repositoryRoot, folder, 'tsconfig.tsbuildinfo'), { force: true })
  }
  await keeper.run({
    name: 'tsc',
    command: join(repositoryRoot, 'node_modules/.bin/tsc'),
    args: ['-b', ...folders],
    cwd: repositoryRoot,
    log: join(run, 'build.log'),
    timeoutMs: 300_000,
  })
}
