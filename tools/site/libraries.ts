import { join } from 'node:path'
import { readPackages } from '../packages/manifests.ts'

/** Published package of the repository, as its `package.json` describes it. */
export interface Package {
  /** Name of the folder of the package below `packages/`. */
  readonly folder: string
  readonly name: string
  readonly description: string
}

/** Module of a library that programs can import. */
export interface Entry {
  /** Import specifier, such as `@headgate/iceberg/client`. */
  readonly specifier: string
  /** Path of the source file of the module, relative to the repository. */
  readonly file: string
}

// Packages that export modules only for other packages of the repository.
const withoutApi: ReadonlySet<string> = new Set(['cli', 'postgres', 'server', 'storage'])

/** Returns the published packages, sorted by folder. */
export function listPackages(root: string): readonly Package[] {
  return readPublished(root).map(({ folder, manifest: { name, description = '' } }) => ({
    folder,
    name,
    description,
  }))
}

/** Returns the modules of the libraries that programs can import, in the order of the packages and their exports. */
export function listEntries(root: string): readonly Entry[] {
  return readPublished(root)
    .filter(({ folder }) => !withoutApi.has(folder))
    .flatMap(({ folder, manifest: { name, exports = {} } }) =>
      Object.entries(exports).flatMap(([subpath, target]) => {
        const source = typeof target === 'string' ? undefined : target['x-source']
        if (source === undefined) return []
        return [{ specifier: join(name, subpath), file: join('packages', folder, source) }]
      }),
    )
}

function readPublished(root: string): ReturnType<typeof readPackages> {
  return readPackages(root).filter(({ manifest }) => manifest.private !== true)
}
