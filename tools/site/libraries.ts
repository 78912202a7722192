import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A package of the repository, by its `package.json`. */
export interface Package {
  /** Folder below `packages/`. */
  readonly folder: string
  readonly name: string
  readonly description: string
}

/** A module that programs import. */
export interface Entry {
  /** Import specifier, such as `@headgate/iceberg/client`. */
  readonly specifier: string
  /** Its source file, relative to the repository. */
  readonly file: string
}

interface Manifest {
  readonly name: string
  readonly description?: string
  readonly private?: boolean
  readonly exports?: Readonly<Record<string, { readonly 'x-source'?: string } | string>>
}

// These packages export modules only for other packages of the repository.
const withoutApi: ReadonlySet<string> = new Set(['cli', 'postgres', 'server', 'storage'])

/** Returns the packages that are published, in alphabetical order of their folders. */
export function listPackages(root: string): readonly Package[] {
  return readManifests(root).map(([folder, { name, description = '' }]) => ({ folder, name, description }))
}

/** Returns the modules of the libraries, in the order of their packages and exports. */
export function listEntries(root: string): readonly Entry[] {
  return readManifests(root)
    .filter(([folder]) => !withoutApi.has(folder))
    .flatMap(([folder, { name, exports = {} }]) =>
      Object.entries(exports).flatMap(([subpath, target]) => {
        const source = typeof target === 'string' ? undefined : target['x-source']
        if (source === undefined) return []
        return [{ specifier: join(name, subpath), file: join('packages', folder, source) }]
      }),
    )
}

function readManifests(root: string): readonly (readonly [folder: string, manifest: Manifest])[] {
  return globSync('packages/*/package.json', { cwd: root })
    .toSorted()
    .map((file) => [file.split(/[\\/]/)[1] ?? '', readManifest(join(root, file))] as const)
    .filter(([, manifest]) => manifest.private !== true)
}

function readManifest(file: string): Manifest {
  return JSON.parse(readFileSync(file, 'utf8')) as Manifest
}
