import { expect, test } from 'vitest'
import { findUnlocked, thirdPartyEntries } from './lock-file.ts'

const locked = { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' } }

test('installed packages must have the version and the digest of the lock file', () => {
  expect(findUnlocked(locked, locked)).toEqual([])
  expect(findUnlocked({ 'node_modules/a': { version: '1.0.1', integrity: 'sha512-b' } }, locked)).toEqual([
    'node_modules/a is 1.0.1, and 1.0.0 in package-lock.json',
  ])
  expect(
    findUnlocked({ 'node_modules/a': { version: '1.0.0', integrity: 'sha512-b' } }, locked),
  ).toHaveLength(1)
  expect(findUnlocked({ 'node_modules/b': { version: '2.0.0' } }, locked)).toEqual([
    'node_modules/b is 2.0.0, and not in package-lock.json',
  ])
})

test('packages of this repository are not entries of other projects', () => {
  const packages = {
    ...locked,
    '': {},
    'packages/cli': {},
    'node_modules/headgate': {},
    'node_modules/@headgate/json': {},
    'node_modules/a/node_modules/b': {},
  }
  const found = thirdPartyEntries(packages, ['headgate', '@headgate/json'])
  expect(Object.keys(found)).toEqual(['node_modules/a', 'node_modules/a/node_modules/b'])
})
