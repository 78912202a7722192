import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readChangesets } from '@changesets/read'
import { addRelease } from './changelog.ts'
import { readVersion, writeOtherVersions } from './versions.ts'

const changesetProgram = join(import.meta.dirname, '../../node_modules/@changesets/cli/bin.js')

/**
 * Prepares the next release in the work tree: applies and deletes the changesets, and writes the version and the
 * changelog. Without changesets, the release has the current version of the packages, like the first release. Returns
 * the version.
 *
 * @param date ISO 8601 date of the release
 * @throws Error before any file is changed, when there is nothing to release or a changeset is faulty
 */
export async function releaseVersion(root: string, date: string): Promise<string> {
  const changelogFile = join(root, 'CHANGELOG.md')
  const changelog = readFileSync(changelogFile, 'utf8')
  const changesets = await readChangesets(root)
  const changes = new Map(changesets.map(({ id, summary }) => [id, summary]))
  if (changesets.length > 0) {
    // Refuses faulty texts before the changesets program deletes the changesets. The result is not used.
    addRelease(changelog, { version: 'next', date, changes })
    execFileSync(process.execPath, [changesetProgram, 'version'], { cwd: root, stdio: ['ignore', 2, 2] })
  }
  const version = readVersion(root)
  writeFileSync(changelogFile, addRelease(changelog, { version, date, changes }))
  writeOtherVersions(root)
  return version
}
