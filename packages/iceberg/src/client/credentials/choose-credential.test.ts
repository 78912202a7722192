import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chooseCredential, covers } from './choose-credential.ts'
import type { StorageCredential } from './storage-credential.ts'

const keys = { 's3.access-key-id': 'a', 's3.secret-access-key': 's' }
const credential = (prefix: string, config: StorageCredential['config'] = keys): StorageCredential => ({
  prefix,
  config,
  refreshToken: null,
})

test.each([
  ['s3', 's3://b/t'],
  ['s3:', 's3://b/t'],
  ['s3://', 's3://b/t'],
  ['s3://b', 's3://b/t'],
  ['s3://b/t', 's3://b/t'],
  ['s3://b/t/', 's3://b/t'],
  ['s3://b/t/', 's3://b/t/data/f.parquet'],
  ['s3a://b/t/', 's3://b/t'],
  ['s3', 's3n://b/t'],
  ['', 'gs://b'],
  ['abfss://c@a.dfs.core.windows.net/', 'abfss://c@a.dfs.core.windows.net/x'],
])('covers returns true for the prefix %j and the location %j', (prefix, location) => {
  expect(covers(prefix, location)).toBe(true)
})

test.each([
  ['s3://b/t1', 's3://b/t10'],
  ['s3://b/t/data', 's3://b/t'],
  ['s3://b', 's3://bb/t'],
  ['gs', 's3://b'],
  ['s3x', 's3://b'],
  ['gs://', 's3://b'],
])('covers returns false for the prefix %j and the location %j', (prefix, location) => {
  expect(covers(prefix, location)).toBe(false)
})

test('chooseCredential returns the credential with the longest covering prefix in any order of the list', () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray(['', 's3', 's3://b/', 's3://b/t', 's3://b/t/data/', 's3://b/u', 's3://c']),
      (prefixes) => {
        const covering = prefixes.filter((prefix) => ['', 's3', 's3://b/', 's3://b/t'].includes(prefix))
        const longest = covering.reduce<string | undefined>(
          (best, prefix) => (best === undefined || prefix.length > best.length ? prefix : best),
          undefined,
        )
        const chosen = chooseCredential(
          prefixes.map((prefix) => credential(prefix)),
          's3://b/t',
        )
        expect(chosen?.prefix).toBe(longest)
      },
    ),
  )
})

test('chooseCredential ignores credentials without keys for the kind of the storage', () => {
  const gcs = { 'gcs.oauth2.token': 't' }
  const adls = { 'adls.sas-token.a.dfs.core.windows.net': 't' }
  expect(chooseCredential([credential('s3://b/t/', {}), credential('s3://b')], 's3://b/t')?.prefix).toBe(
    's3://b',
  )
  expect(chooseCredential([credential('s3://b', { 's3.access-key-id': 'a' })], 's3://b/t')).toBeUndefined()
  expect(chooseCredential([credential('', gcs)], 's3://b/t')).toBeUndefined()
  expect(chooseCredential([credential('gs://b', gcs)], 'gs://b/t')).toBeDefined()
  expect(chooseCredential([credential('abfss://c@a', keys)], 'abfss://c@a/t')).toBeUndefined()
  expect(chooseCredential([credential('abfss://c@a', adls)], 'abfss://c@a/t')).toBeDefined()
})
