import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readChangesets } from '@changesets/read'
import { addRelease } from './changelog.ts'
import { readVersion, writeOtherVersions } from './versions.ts'

const changesetProgram = join(import.meta.dirname, '../../node_modules/@changesets/cli/bin.js')

/**
 * Makes the next release in the work tree: applies and deletes the changesets, and writes the version and the changelog.
 * Without changesets, the release has the current version, as the first one does. Returns the version.
 *
 * @param date ISO 8601 date of the release
 * @throws Error when nothing is unreleased or a changeset is faulty; changesets that are faulty are kept
 */
export async function releaseVersion(root: string, date: string): Promise<string> {
  const changelogFile = join(root, 'CHANGELOG.md')
  const changelog = readFileSync(changelogFile, 'utf8')
  const changesets = await readChangesets(root)
  const changes = new Map(changesets.map(({ id, summary }) => [id, summary]))
  if (changesets.length > 0) {
    // Refuses faulty texts before changesets are deleted.
    addRelease(changelog, { version: 'next', date, changes })
    execFileSync(process.execPath, [changesetProgram, 'version'], { cwd: root, stdio: ['ignore', 2, 2] })
  }
  const version = readVersion(root)
  writeFileSync(changelogFile, addRelease(changelog, { version, date, changes }))
  writeOtherVersions(root)
  return version
}
