import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryRoot } from '../../conformance/lib/paths.ts'

interface LockedPackage {
  readonly version?: string
  readonly integrity?: string
}

/** Entries of a `package-lock.json`, keyed by path. */
export type LockedPackages = Readonly<Record<string, LockedPackage>>

export function readLockFile(path: string = join(repositoryRoot, 'package-lock.json')): LockedPackages {
  return (JSON.parse(readFileSync(path, 'utf8')) as { readonly packages: LockedPackages }).packages
}

/**
 * Returns the lock file entries of third-party packages. Omits the root, the packages of this repository, and the
 * links to these.
 */
export function thirdPartyEntries(packages: LockedPackages, own: readonly string[]): LockedPackages {
  const ownPaths = new Set(own.map((name) => `node_modules/${name}`))
  return Object.fromEntries(
    Object.entries(packages).filter(
      ([path]) =>
        path.startsWith('node_modules/') &&
        !ownPaths.has(path) &&
        !path.startsWith('node_modules/@headgate/'),
    ),
  )
}

/** Returns a sentence for each installed package that differs from the lock file. */
export function findUnlocked(installed: LockedPackages, locked: LockedPackages): readonly string[] {
  return Object.entries(installed).flatMap(([path, { version, integrity }]) => {
    const pin = locked[path]
    if (pin !== undefined && pin.version === version && pin.integrity === integrity) return []
    if (pin?.version === version)
      return [`${path} ${version} has integrity ${integrity}, and package-lock.json has ${pin?.integrity}`]
    return [`${path} has version ${version}, and package-lock.json has ${pin?.version ?? 'no such package'}`]
  })
}
