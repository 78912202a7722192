import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { dataSets, findMissingReleases } from './data-sets.ts'
import { readFixture } from './fixture.ts'

test('findMissingReleases returns the releases without test data for the upgrade, except the newest release', () => {
  const changelog =
    '# Changelog\n\n## Unreleased\n\n## 9.2.0 - 2026-03-01\n- a\n\n## 9.1.0-rc.1 - 2026-02-01\n'
  expect(findMissingReleases(changelog)).toEqual(['9.1.0-rc.1'])
})

test('every release before the newest one has test data for the upgrade', async () => {
  const changelog = await readFile(new URL('../../../../../CHANGELOG.md', import.meta.url), 'utf8')
  expect(findMissingReleases(changelog)).toEqual([])
})

test('the test data for the upgrade is from different versions, in the order of their schemas', async () => {
  expect(new Set(dataSets.map(({ version }) => version)).size).toBe(dataSets.length)
  const fixtures = await Promise.all(dataSets.map(({ version }) => readFixture(version, '/storage')))
  const steps = fixtures.map(({ rows }) => rows['schema_migration']?.length ?? 0)
  expect(steps).toEqual(steps.toSorted((a, b) => a - b))
  expect(steps[0]).toBeGreaterThan(0)
})
