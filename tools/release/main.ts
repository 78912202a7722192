import { execFileSync, type ExecFileSyncOptions } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { readChangesets } from '@changesets/read'
import { printed, runCommand } from '../../conformance/lib/command.ts'
import { readRelease } from './changelog.ts'
import { releaseVersion } from './release-version.ts'
import { readVersion } from './versions.ts'

const usage = `npm run release -- version|notes|status [options]

Prepares a release in the work tree. The workflow "release" publishes it after it was merged (CONTRIBUTING.md, Releases).

  version   apply the changesets: write the version into all packages and the chart, and the entries into CHANGELOG.md
  notes     print the entries of the current version in CHANGELOG.md; refused while the version is not released
  status    print the version, whether CHANGELOG.md contains it, and the number of changesets
  --json    print the result as one JSON document
  --help

Exit codes: 0 done, 2 refused or not possible.`

const root = resolve(import.meta.dirname, '../..')

/**
 * Writes the new version to package-lock.json. Changes no other entry, so that the lock file stays valid for every
 * registry and platform.
 */
function updateLockFile(): void {
  const options: ExecFileSyncOptions = { cwd: root, stdio: ['ignore', 2, 2] }
  const flags = ['--package-lock-only', '--ignore-scripts', '--omit-lockfile-registry-resolved']
  execFileSync('npm', ['install', ...flags, '--no-audit', '--no-fund'], options)
  execFileSync(process.execPath, ['.ci/complete-lock.mjs'], options)
}

async function version(json: boolean): Promise<number> {
  const released = await releaseVersion(root, new Date().toISOString().slice(0, 10))
  console.error('Updating package-lock.json …')
  updateLockFile()
  console.log(json ? JSON.stringify({ version: released }) : `The next release is ${released}.`)
  return 0
}

interface Status {
  readonly version: string
  /** Entries of the released version in the changelog, or null if the changelog does not contain this version. */
  readonly notes: string | null
}

function readStatus(): Status {
  const current = readVersion(root)
  return {
    version: current,
    notes: readRelease(readFileSync(resolve(root, 'CHANGELOG.md'), 'utf8'), current),
  }
}

function notes(json: boolean): number {
  const { version: current, notes: text } = readStatus()
  if (text === null)
    throw new Error(
      `CHANGELOG.md has no release ${current}. Run "npm run release -- version" and merge the result.`,
    )
  console.log(json ? JSON.stringify({ version: current, notes: text }) : text)
  return 0
}

async function status(json: boolean): Promise<number> {
  const { version: current, notes: text } = readStatus()
  const changesets = (await readChangesets(root)).length
  const result = { version: current, released: text !== null, changesets }
  const released = result.released ? 'is in CHANGELOG.md' : 'is not in CHANGELOG.md yet'
  console.log(
    json ? JSON.stringify(result) : `Version ${current} ${released}. Pending changesets: ${changesets}.`,
  )
  return 0
}

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  if (values.help) return printed(usage)
  const [command, ...more] = positionals
  if (more.length === 0 && command === 'version') return await version(values.json)
  if (more.length === 0 && command === 'notes') return notes(values.json)
  if (more.length === 0 && command === 'status') return await status(values.json)
  throw new Error(`Pass one command, "version", "notes" or "status", not "${positionals.join(' ')}".`)
}

await runCommand('release', main)
