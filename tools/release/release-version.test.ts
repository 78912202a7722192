import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readChangesets } from '@changesets/read'
import { readRelease } from './changelog.ts'
import { releaseVersion } from './release-version.ts'
import { readSections } from './sections.ts'
import { otherFiles, readOtherVersions, readVersion } from './versions.ts'

const repository = join(import.meta.dirname, '../..')
const packages = readdirSync(join(repository, 'packages'))
let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'headgate-release-'))
  // Changesets detects an npm workspace by the file package-lock.json.
  const copied = [...otherFiles, 'package-lock.json', '.changeset/config.json']
  for (const file of [...copied, ...packages.map((name) => `packages/${name}/package.json`)])
    cpSync(join(repository, file), join(root, file))
  execFileSync('git', ['init', '--quiet', '--initial-branch=main'], { cwd: root })
  writeFileSync(join(root, 'CHANGELOG.md'), '# Changelog\n\n## Unreleased\n### Added\n- one\n')
})
afterEach(() => rmSync(root, { recursive: true }))

function addChangeset(name: string, text: string): void {
  mkdirSync(join(root, '.changeset'), { recursive: true })
  writeFileSync(join(root, '.changeset', `${name}.md`), text)
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8')) as Manifest
}

test('a changeset of one package increases the version of all packages and of the chart', async () => {
  const before = readVersion(root)
  addChangeset('brave-lamp', `---\n'@headgate/json': minor\n---\n\n### Fixed\n\n- two\n`)
  const version = await releaseVersion(root, '2026-02-03')
  const [major, minor] = before.split('.').map(Number)
  expect(version).toBe(`${major}.${(minor ?? 0) + 1}.0`)
  for (const folder of packages) {
    const { name, version: own, dependencies, devDependencies } = readManifest(folder)
    expect(own, name).toBe(version)
    for (const [dependency, range] of Object.entries({ ...dependencies, ...devDependencies }))
      if (dependency.startsWith('@headgate/')) expect(range, `${name} → ${dependency}`).toBe(version)
  }
  for (const [file, found] of Object.entries(readOtherVersions(root)))
    expect(new Set(found), file).toEqual(new Set([version]))
  const changelog = readFileSync(join(root, 'CHANGELOG.md'), 'utf8')
  expect(readRelease(changelog, version)).toBe('### Added\n- one\n\n### Fixed\n- two')
  expect(await readChangesets(root)).toEqual([])
})

test('releaseVersion without changesets releases the version that the packages already have', async () => {
  const before = readVersion(root)
  expect(await releaseVersion(root, '2026-02-03')).toBe(before)
  expect(readFileSync(join(root, 'CHANGELOG.md'), 'utf8')).toBe(
    `# Changelog\n\n## Unreleased\n\n## ${before} - 2026-02-03\n### Added\n- one\n`,
  )
  await expect(releaseVersion(root, '2026-02-04')).rejects.toThrow(`CHANGELOG.md contains ${before} already.`)
})

test('releaseVersion refuses a faulty changeset before it changes any file', async () => {
  const before = readVersion(root)
  addChangeset('brave-lamp', `---\n'@headgate/json': minor\n---\n\nNo heading.\n`)
  await expect(releaseVersion(root, '2026-02-03')).rejects.toThrow('.changeset/brave-lamp.md: text without')
  expect(readVersion(root)).toBe(before)
  expect(await readChangesets(root)).toHaveLength(1)
})

test('each changeset of the repository has a valid text', async () => {
  for (const { id, summary, releases } of await readChangesets(repository)) {
    const sections = readSections(summary, `.changeset/${id}.md`)
    expect(releases.length === 0 || sections.size > 0, `.changeset/${id}.md has no entry`).toBe(true)
  }
})

test('the files that state the version, such as Chart.yaml, state the version of the packages', () => {
  const version = readVersion(repository)
  for (const [file, found] of Object.entries(readOtherVersions(repository)))
    expect(new Set(found), file).toEqual(new Set([version]))
})
