import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryRoot } from '../../conformance/lib/paths.ts'
import { copySource } from './copy-source.ts'
import { runTool } from './run-tool.ts'
import type { Program } from './workspace.ts'

/** Packed npm packages of the program `headgate`. */
export interface PackedProgram {
  /** Paths of the tarballs, keyed by the name of the npm package. */
  readonly tarballs: ReadonlyMap<string, string>
  /** Digest of the compiled source files. */
  readonly sourceDigest: string
}

/** Element in the output of `npm pack --json`. */
interface Packed {
  readonly name: string
  readonly filename: string
}

/**
 * Compiles the packages of the program `headgate` from a copy of their source files, and packs them like `npm
 * publish`.
 */
export async function packPackages(program: Program, folder: string): Promise<PackedProgram> {
  const source = join(folder, 'source')
  const sourceDigest = await copySource(program.packages, source)
  const projects = program.packages.map((each) => join('packages', each.folder))
  await runTool(join(repositoryRoot, 'node_modules/.bin/tsc'), ['-b', ...projects], { cwd: source })
  await runTool(process.execPath, ['packages/console/build.ts'], { cwd: source })
  const to = join(folder, 'tarballs')
  mkdirSync(to, { recursive: true })
  const specifiers = projects.map((path) => `./${path}`)
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', to, ...specifiers]
  const packed = JSON.parse(await runTool('npm', args, { cwd: source })) as readonly Packed[]
  return { sourceDigest, tarballs: new Map(packed.map(({ name, filename }) => [name, join(to, filename)])) }
}
