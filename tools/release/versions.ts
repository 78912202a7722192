import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Files outside of the packages that contain the version, each with a regular expression that matches the version. */
const others: Readonly<Record<string, RegExp>> = {
  'package.json': /(?<=^ {2}"version": ")[^"]+/m,
  'deploy/chart/headgate/Chart.yaml': /(?<=^(?:version|appVersion): ['"]?)[^'"\s]+/gm,
  'deploy/compose.yaml': /(?<=HEADGATE_VERSION:-)[^}]+/gm,
  'docs/how-to/run-in-containers.md': /(?<=\bheadgate[:-])\d+\.\d+\.\d+/gm,
}

export const otherFiles: readonly string[] = Object.keys(others)

/** Returns the version of the packages. All packages must have the same version. */
export function readVersion(root: string): string {
  const manifest = readFileSync(join(root, 'packages/server/package.json'), 'utf8')
  return (JSON.parse(manifest) as { readonly version: string }).version
}

/**
 * Returns the versions in files outside of the packages, keyed by path, for a comparison with the version of the
 * packages.
 */
export function readOtherVersions(root: string): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(others).map(([file, lines]) => [
      file,
      [...readFileSync(join(root, file), 'utf8').matchAll(new RegExp(lines, 'gm'))].map(
        ([version]) => version,
      ),
    ]),
  )
}

/** Writes the version of the packages to the files outside of the packages. */
export function writeOtherVersions(root: string): void {
  const version = readVersion(root)
  for (const [file, lines] of Object.entries(others)) {
    const path = join(root, file)
    writeFileSync(path, readFileSync(path, 'utf8').replace(lines, version))
  }
}
