import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { repositoryRoot } from '../lib/paths.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import type { Installed } from './checks.ts'
import { packPackage, type PackedPackage } from './pack.ts'
import type { PackageName } from './packages.ts'

/**
 * Builds packages, packs them into `tarballs`, and installs the tarballs in `run`. The folder `run` must be outside of
 * the workspace, because Node would otherwise find modules of the workspace that are not installed.
 */
export async function buildAndInstall(
  keeper: ProcessKeeper,
  { run, tarballs }: { readonly run: string; readonly tarballs: string },
  names: readonly PackageName[],
): Promise<Installed> {
  rmSync(tarballs, { recursive: true, force: true })
  mkdirSync(tarballs, { recursive: true })
  await build(keeper, run, names)
  const packed: PackedPackage[] = []
  for (const name of names) packed.push(await packPackage(keeper, name, { run, tarballs }))
  await installTarballs(keeper, run, packed)
  const packages = packed.map((each) => ({ ...each, folder: join(run, 'node_modules', each.name) }))
  return { run, packages }
}

/**
 * Installs packages with npm into an empty folder, as users do.
 *
 * @param node Node that runs npm and the scripts of packages; default: the Node of this process
 */
export async function installTarballs(
  keeper: ProcessKeeper,
  folder: string,
  packed: readonly PackedPackage[],
  node: string = process.execPath,
): Promise<void> {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  await keeper.run({
    name: 'npm install',
    command: 'npm',
    args: ['install', '--no-audit', '--no-fund', ...packed.map(({ tarball }) => tarball)],
    cwd: folder,
    env: withNode(node),
    log: join(folder, 'install.log'),
    timeoutMs: 10 * 60_000,
  })
}

/** Returns environment variables with which npm and npx run this version of Node. */
export function withNode(node: string): Readonly<Record<string, string>> {
  return { PATH: `${dirname(node)}:${process.env['PATH']}` }
}

async function build(keeper: ProcessKeeper, run: string, names: readonly PackageName[]): Promise<void> {
  const folders = names.map((name) => join('packages', name))
  // Deletes earlier output before the build, so that the output of a deleted source is not published.
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
  if (!names.includes('console')) return
  await keeper.run({
    name: 'build of the console',
    command: process.execPath,
    args: [join(repositoryRoot, 'packages/console/build.ts')],
    cwd: repositoryRoot,
    log: join(run, 'build.log'),
    timeoutMs: 300_000,
  })
}
