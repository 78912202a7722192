import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const repository = 'https://github.com/headgate/headgate'

/** Members of a `package.json` that the tools read. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly description?: string
  readonly keywords?: readonly string[]
  readonly homepage?: string
  readonly bugs?: { readonly url: string }
  readonly repository?: { readonly type: string; readonly url: string; readonly directory: string }
  readonly license?: string
  readonly engines?: { readonly node?: string }
  readonly publishConfig?: { readonly access?: string }
  readonly bin?: Readonly<Record<string, string>>
  readonly exports?: Readonly<Record<string, { readonly 'x-source'?: string } | string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

export interface Package {
  /** Name of the folder of the package below `packages`. */
  readonly folder: string
  readonly manifest: Manifest
}

/** Returns the packages of the workspace, sorted by folder. */
export function readPackages(root: string): Package[] {
  return readdirSync(join(root, 'packages'))
    .toSorted()
    .map((folder) => ({
      folder,
      manifest: JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8')) as Manifest,
    }))
}

/**
 * Returns the members of a published package's manifest that name the repository. npm compares them with the
 * provenance of the build when the package is published.
 */
export function composeLinks({ folder }: Package): Pick<Manifest, 'homepage' | 'bugs' | 'repository'> {
  const directory = `packages/${folder}`
  return {
    homepage: `${repository}/tree/main/${directory}#readme`,
    bugs: { url: `${repository}/issues` },
    repository: { type: 'git', url: `git+${repository}.git`, directory },
  }
}
