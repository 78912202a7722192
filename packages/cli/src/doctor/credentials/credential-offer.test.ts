import { describe, expect, it, test } from 'vitest'
import { engineTraits } from '../engines/engine-traits.ts'
import { chooseCredential, coversLocation, readOffer } from './credential-offer.ts'
import { isBefore } from './version.ts'

const keys = (name: string): Record<string, string> => ({
  's3.access-key-id': name,
  's3.secret-access-key': 'secret',
  's3.session-token': 'token',
  's3.session-token-expires-at-ms': '1900000000000',
})
const table = (
  config: Record<string, string>,
  credentials: readonly [string, Record<string, string>][],
): never =>
  ({
    config,
    storageCredentials: credentials.map(([prefix, each]) => ({ prefix, config: each, refreshToken: null })),
  }) as never

describe('readOffer', () => {
  const both = table({ ...keys('C'), 'client.region': 'r' }, [['s3://b/t/', keys('S')]])

  it('an engine that reads storage credentials uses the credential with the longest prefix, and missing properties from config', () => {
    expect(readOffer(both, 's3://b/t', engineTraits.spark)).toMatchObject({
      mode: 'keys',
      members: ['storage-credentials', 'config'],
      prefixes: ['s3://b/t/'],
      keys: { accessKeyId: 'S' },
      properties: { 'client.region': 'r' },
      expiresAt: 1_900_000_000_000,
    })
  })

  it('an engine that reads only config ignores storage credentials', () => {
    expect(readOffer(both, 's3://b/t', engineTraits.clickhouse).keys?.accessKeyId).toBe('C')
  })

  it('a table without storage keys offers remote signing or no storage access', () => {
    expect(
      readOffer(table({ 's3.remote-signing-enabled': 'true' }, []), 's3://b/t', engineTraits.spark).mode,
    ).toBe('signing')
    expect(
      readOffer(table({ 's3.endpoint': 'x' }, [['s3://b', {}]]), 's3://b/t', engineTraits.spark).mode,
    ).toBe('none')
  })
})

test.each([
  ['s3://b/t', 's3://b/t', true],
  ['s3://b/t', 's3://b/t/data', true],
  ['s3://b/t/', 's3://b/t', true],
  ['s3', 's3a://b/t', true],
  ['s3://b/t/metadata/', 's3://b/t', false],
  ['s3://b/t1', 's3://b/t10', false],
])('the prefix %s of a credential covers the location %s: %s', (prefix, location, expected) => {
  expect(coversLocation(prefix, location)).toBe(expected)
})

test('the credential with the longest covering prefix is chosen', () => {
  const credentials = ['s3://b', 's3://b/t/', 's3://b/t/data/'].map((prefix) => ({
    prefix,
    config: {},
    refreshToken: null,
  }))
  expect(chooseCredential(credentials, 's3://b/t')?.prefix).toBe('s3://b/t/')
})

test('versions are compared by their numbers', () => {
  expect(isBefore('476', '482')).toBe(true)
  expect(isBefore('482', '482')).toBe(false)
  expect(isBefore('1.9.2', '1.12')).toBe(true)
})
