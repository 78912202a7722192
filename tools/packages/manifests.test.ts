import { readFileSync } from 'node:fs'
import { join, matchesGlob } from 'node:path'
import { describe, expect, test } from 'vitest'
import { composeLinks, readPackages } from './manifests.ts'

const root = join(import.meta.dirname, '../..')
const packages = readPackages(root)
const published = packages.filter(({ manifest }) => manifest.private !== true)

function readText(...path: string[]): string {
  return readFileSync(join(root, ...path), 'utf8')
}

test('every package is published except the testkit', () => {
  expect(published.length).toBeGreaterThan(10)
  expect(packages.filter((each) => !published.includes(each)).map(({ folder }) => folder)).toEqual([
    'testkit',
  ])
})

test('all packages have one version, which changesets increases for all packages together', () => {
  const { fixed } = JSON.parse(readText('.changeset/config.json')) as { readonly fixed: string[][] }
  expect(fixed).toHaveLength(1)
  for (const { manifest } of packages)
    expect(
      fixed[0]?.some((glob) => matchesGlob(manifest.name, glob)),
      manifest.name,
    ).toBe(true)
  expect(new Set(packages.map(({ manifest }) => manifest.version)).size).toBe(1)
})

test('no two published packages have the same description', () => {
  expect(new Set(published.map(({ manifest }) => manifest.description)).size).toBe(published.length)
})

describe.each(published)('packages/$folder', (each) => {
  const { folder, manifest } = each

  test('the published package has a description of one sentence, and keywords', () => {
    expect(manifest.description).toMatch(/^[A-Z].{20,118}\.$/)
    expect(manifest.keywords).toContain('headgate')
    expect(manifest.keywords?.length).toBeGreaterThan(3)
    expect(new Set(manifest.keywords).size).toBe(manifest.keywords?.length)
  })

  test('the package.json of a published package names its folder in the repository', () => {
    const { homepage, bugs, repository } = manifest
    expect({ homepage, bugs, repository }).toEqual(composeLinks(each))
  })

  test('the package.json of a published package states the versions of Node, and makes the package public', () => {
    expect(manifest.engines?.node).toMatch(/^>=2[24](\.\d+)*$/)
    expect(manifest.publishConfig?.access).toBe('public')
  })

  test('the published package contains the license of the repository', () => {
    expect(manifest.license).toBe('Apache-2.0')
    expect(readText('packages', folder, 'LICENSE')).toBe(readText('LICENSE'))
  })

  test('the README of a published package begins with the name of the package', () => {
    expect(readText('packages', folder, 'README.md').split('\n')[0]).toBe(`# ${manifest.name}`)
  })

  test('the published package depends on other packages of the repository in exactly its own version', () => {
    const names = new Set(packages.map(({ manifest }) => manifest.name))
    const all = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
    for (const [name, range] of all) if (names.has(name)) expect(range, name).toBe(manifest.version)
    const hidden = packages
      .filter(({ manifest }) => manifest.private === true)
      .map(({ manifest }) => manifest.name)
    expect(Object.keys(manifest.dependencies ?? {}).filter((name) => hidden.includes(name))).toEqual([])
  })
})
