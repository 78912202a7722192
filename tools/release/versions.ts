import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Files outside the packages that contain the version, each with a regular expression that matches the version in the
 * file.
 */
const others: Readonly<Record<string, RegExp>> = {
  'package.json': /(?<=^ {2}"version": ")[^"]+/m,
  'deploy/chart/headgate/Chart.yaml': /(?<=^(?:version|appVersion): ['"]?)[^'"\s]+/gm,
  'deploy/compose.yaml': /(?<=HEADGATE_VERSION:-)[^}]+/gm,
  'docs/how-to/run-in-containers.md': /(?<=\bheadgate[:-])\d+\.\d+\.\d+/gm,
}

export const otherFiles: readonly string[] = Object.keys(others)

/** Returns the version that all packages have. */
export function readVersion(root: string): string {
  const manifest = readFileSync(join(root, 'packages/server/package.json'), 'utf8')
  return (JSON.parse(manifest) as { readonly version: string }).version
}

/**
 * Returns the versions that the files outside the packages contain, by path, to compare them with the version of the
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

/** Writes the version of the packages into the files outside the packages. */
export function writeOtherVersions(root: string): void {
  const version = readVersion(root)
  for (const [file, lines] of Object.entries(others)) {
    const path = join(root, file)
    writeFileSync(path, readFileSync(path, 'utf8').replace(lines, version))
  }
}
