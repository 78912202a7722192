import { join } from 'node:path'
import { repositoryRoot } from '../../conformance/lib/paths.ts'
import { readPackages } from '../packages/manifests.ts'

/** npm package of this repository. */
export interface WorkspacePackage {
  /** Name of the folder of the package below `packages`. */
  readonly folder: string
  readonly name: string
  readonly version: string
}

/** Program `headgate`, with all packages of this repository that it needs. */
export interface Program {
  readonly version: string
  readonly packages: readonly WorkspacePackage[]
  /** Path of the program file below `node_modules`. */
  readonly entry: string
  /**
   * Version ranges of optional peer dependencies that an image contains, keyed by package name. Users cannot install
   * packages in an image.
   */
  readonly peers: Readonly<Record<string, string>>
}

const optionalPeers = ['@cedar-policy/cedar-wasm']

export function findProgram(): Program {
  const all = readPackages(repositoryRoot)
  const program = all.find(({ manifest }) => manifest.bin?.['headgate'] !== undefined)
  if (program === undefined) throw new Error('No package below packages/ has the program "headgate".')
  const needed = new Set([program])
  // The loop also visits the packages that it adds to the set, so it finds indirect dependencies.
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
