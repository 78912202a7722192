import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryRoot } from '../lib/paths.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import type { Library } from './packages.ts'

/** The condition that selects sources in this repository. Published packages do not contain them. */
const OWN_CONDITION = 'x-source'

export interface Packed {
  readonly library: Library
  /** The folder of the installed package. */
  readonly folder: string
  readonly tarball: string
}

/**
 * Packs a library and unpacks it below `node_modules`, like npm: first unchanged, then again with the licence, and
 * without the condition of this repository, entry points that have only this condition, and dependencies of its tests.
 */
export async function packAndInstall(
  keeper: ProcessKeeper,
  library: Library,
  { run, tarballs }: { readonly run: string; readonly tarballs: string },
): Promise<Packed> {
  const log = join(run, 'pack.log')
  const raw = join(run, 'raw', library)
  const folder = join(run, 'node_modules', '@headgate', library)
  mkdirSync(raw, { recursive: true })
  mkdirSync(folder, { recursive: true })
  await npmPack(keeper, join(repositoryRoot, 'packages', library), raw, log)
  await untar(keeper, join(raw, tarballIn(raw)), raw, log)
  const manifest = join(raw, 'package', 'package.json')
  writeFileSync(
    manifest,
    `${JSON.stringify(published(JSON.parse(readFileSync(manifest, 'utf8'))), null, 2)}\n`,
  )
  copyFileSync(join(repositoryRoot, 'LICENSE'), join(raw, 'package', 'LICENSE'))
  await npmPack(keeper, join(raw, 'package'), tarballs, log)
  const tarball = join(tarballs, tarballIn(tarballs, `headgate-${library}-`))
  await untar(keeper, tarball, folder, log, 1)
  return { library, folder, tarball }
}

type Manifest = Readonly<Record<string, unknown>> & {
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>
}

function published({ devDependencies: _, ...manifest }: Manifest): Manifest {
  const exports = Object.entries(manifest.exports).flatMap(([entry, conditions]) => {
    const kept = Object.entries(conditions).filter(([condition]) => condition !== OWN_CONDITION)
    return kept.length === 0 ? [] : [[entry, Object.fromEntries(kept)] as const]
  })
  return { ...manifest, exports: Object.fromEntries(exports) }
}

function tarballIn(folder: string, start = ''): string {
  const name = readdirSync(folder).find((each) => each.startsWith(start) && each.endsWith('.tgz'))
  if (name === undefined) throw new Error(`npm pack wrote nothing into ${folder}`)
  return name
}

async function npmPack(keeper: ProcessKeeper, from: string, to: string, log: string): Promise<void> {
  const args = ['pack', '--ignore-scripts', '--pack-destination', to]
  await keeper.run({ name: 'npm pack', command: 'npm', args, cwd: from, log, timeoutMs: 60_000 })
}

async function untar(
  keeper: ProcessKeeper,
  tarball: string,
  to: string,
  log: string,
  strip = 0,
): Promise<void> {
  const args = ['-xzf', tarball, '-C', to, `--strip-components=${strip}`]
  await keeper.run({ name: 'tar', command: 'tar', args, log, timeoutMs: 60_000 })
}
