import { expect, test } from 'vitest'
import { findUnlocked, thirdPartyEntries } from './lock-file.ts'

const locked = { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' } }

test('findUnlocked reports each installed package whose version or digest differs from the lock file', () => {
  expect(findUnlocked(locked, locked)).toEqual([])
  expect(findUnlocked({ 'node_modules/a': { version: '1.0.1', integrity: 'sha512-b' } }, locked)).toEqual([
    'node_modules/a has version 1.0.1, and package-lock.json has 1.0.0',
  ])
  expect(findUnlocked({ 'node_modules/a': { version: '1.0.0', integrity: 'sha512-b' } }, locked)).toEqual([
    'node_modules/a 1.0.0 has integrity sha512-b, and package-lock.json has sha512-a',
  ])
  expect(findUnlocked({ 'node_modules/b': { version: '2.0.0' } }, locked)).toEqual([
    'node_modules/b has version 2.0.0, and package-lock.json has no such package',
  ])
})

test('thirdPartyEntries omits the packages of this repository', () => {
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
