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

test('a release has the entries of Unreleased and of the changesets, and Unreleased is empty afterwards', () => {
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

test('the first release needs no changeset and no earlier release', () => {
  const first = '# Changelog\n\n## Unreleased\n### Added\n- one\n'
  expect(addRelease(first, { version: '0.1.0', date: '2026-01-02', changes: new Map() })).toBe(
    '# Changelog\n\n## Unreleased\n\n## 0.1.0 - 2026-01-02\n### Added\n- one\n',
  )
})

test('a version that the changelog contains is refused', () => {
  expect(() => addRelease(page, { version: '0.1.0', date: '2026-02-03', changes })).toThrow(
    'CHANGELOG.md contains 0.1.0 already.',
  )
})

test('a release without entries is refused', () => {
  const empty = '# Changelog\n\n## Unreleased\n\n## 0.1.0 - 2026-01-02\n### Added\n- first\n'
  expect(() => addRelease(empty, { version: '0.2.0', date: '2026-02-03', changes: new Map() })).toThrow(
    'Nothing is unreleased',
  )
})

test('links of a changeset become links of the changelog', () => {
  const linked = new Map([
    ['brave-lamp', '### Added\n- two ([how](../docs/README.md#do), [web](https://x.test/../a))'],
  ])
  expect(addRelease(page, { version: '0.2.0', date: '2026-02-03', changes: linked })).toContain(
    '- two ([how](docs/README.md#do), [web](https://x.test/../a))\n',
  )
})

test('a faulty changeset is named', () => {
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
