import { expect, test } from 'vitest'
import { addRelease, readRelease } from './changelog.ts'

const page = `# Changelog

All notable changes.

## Unreleased
### Added
- one

## 0.1.0 - 2026-01-02
### Added
- first
`
const changes = new Map([['brave-lamp', '### Added\n- two\n\n### Security\n- three\n']])

test('addRelease moves the entries of Unreleased and of the changesets into the new release', () => {
  expect(addRelease(page, { version: '0.2.0', date: '2026-02-03', changes })).toBe(`# Changelog

All notable changes.

## Unreleased

## 0.2.0 - 2026-02-03
### Added
- one
- two

### Security
- three

## 0.1.0 - 2026-01-02
### Added
- first
`)
})

test('addRelease adds the first release without a changeset and without an earlier release', () => {
  const first = '# Changelog\n\n## Unreleased\n### Added\n- one\n'
  expect(addRelease(first, { version: '0.1.0', date: '2026-01-02', changes: new Map() })).toBe(
    '# Changelog\n\n## Unreleased\n\n## 0.1.0 - 2026-01-02\n### Added\n- one\n',
  )
})

test('addRelease refuses a version that the changelog already contains', () => {
  expect(() => addRelease(page, { version: '0.1.0', date: '2026-02-03', changes })).toThrow(
    'CHANGELOG.md contains 0.1.0 already.',
  )
})

test('addRelease refuses a release without entries', () => {
  const empty = '# Changelog\n\n## Unreleased\n\n## 0.1.0 - 2026-01-02\n### Added\n- first\n'
  expect(() => addRelease(empty, { version: '0.2.0', date: '2026-02-03', changes: new Map() })).toThrow(
    'There is nothing to release',
  )
})

test('addRelease rewrites relative links of a changeset for the folder of the changelog', () => {
  const linked = new Map([
    ['brave-lamp', '### Added\n- two ([how](../docs/README.md#do), [web](https://x.test/../a))'],
  ])
  expect(addRelease(page, { version: '0.2.0', date: '2026-02-03', changes: linked })).toContain(
    '- two ([how](docs/README.md#do), [web](https://x.test/../a))\n',
  )
})

test('addRelease names a faulty changeset in its error', () => {
  const faulty = new Map([['brave-lamp', 'Two.']])
  expect(() => addRelease(page, { version: '0.2.0', date: '2026-02-03', changes: faulty })).toThrow(
    '.changeset/brave-lamp.md: text without a heading.',
  )
})

test('readRelease returns the entries of exactly one version', () => {
  const two = addRelease(page, { version: '0.1.01', date: '2026-02-03', changes })
  expect(readRelease(two, '0.1.0')).toBe('### Added\n- first')
  expect(readRelease(two, '0.1.01')).toBe('### Added\n- one\n- two\n\n### Security\n- three')
  expect(readRelease(two, '0x1.0')).toBeNull()
  expect(readRelease(page, 'Unreleased')).toBeNull()
})
