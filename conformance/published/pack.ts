import { join } from 'node:path'
import { repositoryRoot } from '../lib/paths.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import { registryName, type PackageName } from './packages.ts'

/** Package, and the tarball that npm would publish. */
export interface PackedPackage {
  readonly library: PackageName
  /** Name of the package in the npm registry. */
  readonly name: string
  readonly tarball: string
  /** Paths of the files in the package. */
  readonly files: readonly string[]
  readonly bytes: number
  readonly unpackedBytes: number
}

interface PackReport {
  readonly filename: string
  readonly size: number
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string }[]
}

/** Packs a package with `npm pack`, which creates the same tarball as `npm publish`. */
export async function packPackage(
  keeper: ProcessKeeper,
  library: PackageName,
  { run, tarballs }: { readonly run: string; readonly tarballs: string },
): Promise<PackedPackage> {
  const lines: string[] = []
  await keeper.run({
    name: 'npm pack',
    command: 'npm',
    args: ['pack', '--json', '--pack-destination', tarballs],
    cwd: join(repositoryRoot, 'packages', library),
    log: join(run, 'pack.log'),
    timeoutMs: 60_000,
    onLine: (line) => lines.push(line),
  })
  const { filename, size, unpackedSize, files } = readReport(lines.join('\n'))
  return {
    library,
    name: registryName(library),
    tarball: join(tarballs, filename.replace(/^@/, '').replace('/', '-')),
    files: files.map(({ path }) => path).toSorted(),
    bytes: size,
    unpackedBytes: unpackedSize,
  }
}

/**
 * Returns the only package in the JSON output of `npm pack`. The output is a list in npm 11, and an object keyed by
 * package name in later versions.
 */
function readReport(text: string): PackReport {
  const [report] = Object.values(JSON.parse(text) as Readonly<Record<string, PackReport>>)
  if (report === undefined) throw new Error('npm pack reported no package')
  return report
}
