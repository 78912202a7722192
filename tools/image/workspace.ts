import { join } from 'node:path'
import { repositoryRoot } from '../../conformance/lib/paths.ts'
import { readPackages } from '../packages/manifests.ts'

/** A package of this repository. */
export interface WorkspacePackage {
  /** Folder below `packages`. */
  readonly folder: string
  readonly name: string
  readonly version: string
}

/** The command line program `headgate`, and all packages of this repository that it needs. */
export interface Program {
  readonly version: string
  readonly packages: readonly WorkspacePackage[]
  /** Path of the program below `node_modules`. */
  readonly entry: string
  /**
   * Optional peer dependencies that an image contains, because users cannot install packages in an image. Maps a name
   * to its version range.
   */
  readonly peers: Readonly<Record<string, string>>
}

const optionalPeers = ['@cedar-policy/cedar-wasm']

export function findProgram(): Program {
  const all = readPackages(repositoryRoot)
  const program = all.find(({ manifest }) => manifest.bin?.['headgate'] !== undefined)
  if (program === undefined) throw new Error('No package below packages/ has the program "headgate".')
  const needed = new Set([program])
  // The loop adds packages to the set that it iterates over, so it also visits the dependencies of dependencies.
  for (const { manifest } of needed)
    for (const name of Object.keys(manifest.dependencies ?? {})) {
      const found = all.find((each) => each.manifest.name === name)
      if (found !== undefined) needed.add(found)
    }
  const peers = Object.assign({}, ...[...needed].map(({ manifest }) => manifest.peerDependencies)) as Record<
    string,
    string
  >
  const { name, version, bin } = program.manifest
  return {
    version,
    packages: [...needed].map(({ folder, manifest }) => ({
      folder,
      name: manifest.name,
      version: manifest.version,
    })),
    entry: join(name, bin?.['headgate'] ?? ''),
    peers: Object.fromEntries(Object.entries(peers).filter(([peer]) => optionalPeers.includes(peer))),
  }
}
