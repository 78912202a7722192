import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalPrefix, parseLocation } from '@headgate/storage'
import type { StoragePermission } from '../storage-grant.ts'
import { escapePattern, type PolicyDialect } from './iam-pattern.ts'
import { iamPolicy, maxPolicyLength } from './iam-policy.ts'
import { allows, type Reader } from '../../../test/credentials/policy/iam-matcher.ts'

const policyFor = (
  prefixes: readonly string[],
  permission: StoragePermission = 'read-write',
  dialect: PolicyDialect = 'aws',
): string => iamPolicy({ scope: { prefixes, permission }, dialect })

const reading = ['s3:GetObject']
const writing = ['s3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts']

/** Returns the operations that a policy allows on a key of the bucket `lake`. */
function actionsOn(policy: string, key: string, reader: Reader = 'aws', bucket = 'lake'): string[] {
  const resource = `arn:aws:s3:::${bucket}/${key}`
  return [...reading, ...writing].filter((action) => allows(policy, { action, resource }, reader))
}

function mayList(policy: string, prefix: string, reader: Reader = 'aws', bucket = 'lake'): boolean {
  return allows(
    policy,
    { action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}`, context: { 's3:prefix': prefix } },
    reader,
  )
}

describe('a policy', () => {
  const policy = policyFor(['s3://lake/wh/t1/'])

  test('a session policy allows all operations that a writer needs on objects below the prefix', () => {
    expect(actionsOn(policy, 'wh/t1/data/a.parquet')).toEqual([...reading, ...writing])
    expect(mayList(policy, 'wh/t1/')).toBe(true)
    expect(mayList(policy, 'wh/t1/data/')).toBe(true)
  })

  test('a session policy for a reader allows only reading and listing', () => {
    const reader = policyFor(['s3://lake/wh/t1/'], 'read')
    expect(actionsOn(reader, 'wh/t1/data/a.parquet')).toEqual(reading)
    expect(mayList(reader, 'wh/t1/')).toBe(true)
    expect(reader).not.toMatch(/Put|Delete|Multipart/)
  })

  test.each(['wh/t10/a', 'wh/t1', 'wh/', 'wh/t2/a', 'a', 'WH/T1/a', 'wh//t1/a'])(
    'a session policy for wh/t1/ allows no operation at %s',
    (key) => {
      expect(actionsOn(policy, key)).toEqual([])
    },
  )

  test.each(['', 'wh', 'wh/', 'wh/t1', 'wh/t10/', 'wh/t2/'])(
    'a session policy for wh/t1/ allows no list of the prefix %j',
    (prefix) => {
      expect(mayList(policy, prefix)).toBe(false)
    },
  )

  test('a session policy allows no operation in another bucket, and no listing without a prefix', () => {
    expect(actionsOn(policy, 'wh/t1/a', 'aws', 'lake2')).toEqual([])
    expect(mayList(policy, 'wh/t1/', 'aws', 'lake2')).toBe(false)
    expect(allows(policy, { action: 's3:ListBucket', resource: 'arn:aws:s3:::lake' }, 'aws')).toBe(false)
  })

  test('a session policy for two buckets allows the prefix of each bucket only in this bucket', () => {
    const both = policyFor(['s3://lake/a/', 's3://other/b/'])
    expect(actionsOn(both, 'a/x')).toHaveLength(5)
    expect(actionsOn(both, 'b/x', 'aws', 'other')).toHaveLength(5)
    expect(actionsOn(both, 'b/x')).toEqual([])
    expect(mayList(both, 'b/')).toBe(false)
    expect(mayList(both, 'b/', 'aws', 'other')).toBe(true)
  })

  test('a session policy allows a reader to decrypt with the encryption keys, and a writer also to generate data keys', () => {
    const arn = 'arn:aws:kms:eu-central-1:1:key/a'
    const withKms = (permission: StoragePermission): string =>
      iamPolicy({ scope: { prefixes: ['s3://lake/a/'], permission }, dialect: 'aws', kmsKeyArns: [arn] })
    const kms = (policy: string): string[] =>
      ['kms:Decrypt', 'kms:GenerateDataKey'].filter((action) =>
        allows(policy, { action, resource: arn }, 'aws'),
      )
    expect(kms(withKms('read'))).toEqual(['kms:Decrypt'])
    expect(kms(withKms('read-write'))).toEqual(['kms:Decrypt', 'kms:GenerateDataKey'])
    expect(allows(withKms('read'), { action: 'kms:Decrypt', resource: `${arn}2` }, 'aws')).toBe(false)
  })

  test('a session policy contains the configured partition in its ARNs', () => {
    const policy = iamPolicy({
      scope: { prefixes: ['s3://lake/a/'], permission: 'read' },
      dialect: 'aws',
      partition: 'aws-cn',
    })
    expect(policy).toContain('arn:aws-cn:s3:::lake/a/*')
    expect(policy).not.toContain('arn:aws:')
  })

  test('a session policy has fewer than 700 characters for an ordinary table, and is refused with advice when it is too long', () => {
    expect(policy.length).toBeLessThan(700)
    const many = Array.from({ length: 40 }, (_, index) => `s3://lake/${'long'.repeat(10)}${index}/`)
    expect(() => policyFor(many)).toThrow(/fewer or shorter locations/)
    expect(() => policyFor(['s3://lake/a'])).toThrow(/end in a slash/)
    expect(() => policyFor([])).toThrow(/needs at least one prefix/)
  })
})

const nasty = fc.constantFrom(
  ...`* ? $ { } " ' \\ , [ ] : é ｅ a b - / ı \u2028`.split(' '),
  ' ',
  ...'${*} ${?} ${$} ${ ${aws:username} 😀 %2F %2e .. t1'.split(' '),
)
const segment = fc.array(nasty, { minLength: 1, maxLength: 5 }).map((deps) => deps.join(''))

/** Generates prefixes of tables: only texts that `parseLocation` accepts. */
const prefix = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => {
  try {
    return canonicalPrefix(parseLocation(`s3://lake/${segments.join('/')}`))
  } catch {
    return null
  }
})

/** Generates object keys that are similar to `key`, and completely different keys. */
function neighbours(key: string): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constant(`${key}a`),
    segment.map((extra) => `${key}${extra}`),
    fc.tuple(fc.nat(key.length), segment).map(([at, extra]) => key.slice(0, at) + extra + key.slice(at)),
    fc.tuple(fc.nat(key.length), segment).map(([at, extra]) => key.slice(0, at) + extra + key.slice(at + 1)),
    fc.nat(key.length).map((at) => key.slice(0, at) + key.slice(at + 1)),
    fc.constant(key.replaceAll(/\$\{|\}/g, '')),
    fc.constant(key.replaceAll(/[*?]/g, 'x')),
    fc.constant(key.normalize('NFD')),
    fc.constant(key.toUpperCase()),
  )
}

describe.each<[PolicyDialect, Reader]>([
  ['aws', 'aws'],
  ['plain', 'minio'],
])('in the dialect %s', (dialect, reader) => {
  test('a session policy allows exactly the keys that begin with a prefix, for all characters in names', () => {
    let written = 0
    let refused = 0
    fc.assert(
      fc.property(
        fc.array(prefix, { minLength: 1, maxLength: 3 }).chain((made) => {
          const prefixes = made.filter((text) => text !== null)
          const keys = prefixes.map((text) => text.slice('s3://lake/'.length))
          return fc.record({
            prefixes: fc.constant(prefixes),
            keys: fc.constant(keys),
            tried: fc.array(
              keys.length === 0 ? segment : fc.oneof(segment, ...keys.map((key) => neighbours(key))),
              { minLength: 1, maxLength: 6 },
            ),
          })
        }),
        ({ prefixes, keys, tried }) => {
          if (prefixes.length === 0) return
          let policy: string
          try {
            policy = policyFor(prefixes, 'read-write', dialect)
          } catch {
            refused += 1
            expect(dialect === 'plain' && keys.some((key) => /[*?]|\$\{/.test(key))).toBe(true)
            return
          }
          written += 1
          expect(policy).toMatch(/^[ -~]*$/)
          for (const key of [...tried, ...keys.map((inside) => `${inside}file`)]) {
            const inside = keys.some((place) => key.startsWith(place))
            // The policy also denies keys with dot segments below the prefix.
            expect(actionsOn(policy, key, reader).length, key).toBe(inside && !key.includes('/../') ? 5 : 0)
            expect(mayList(policy, key, reader), key).toBe(inside)
          }
        },
      ),
      { numRuns: 3_000 },
    )
    expect(written).toBeGreaterThan(500)
    expect(refused > 0).toBe(dialect === 'plain')
  })

  test('an escaped pattern matches only the text from which it was made', () => {
    fc.assert(
      fc.property(segment, segment, (text, other) => {
        let pattern: string
        try {
          pattern = escapePattern(text, dialect)
        } catch {
          expect(dialect).toBe('plain')
          return
        }
        const policy = JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 'a', Resource: pattern }] })
        expect(allows(policy, { action: 'a', resource: text }, reader)).toBe(true)
        expect(allows(policy, { action: 'a', resource: other }, reader)).toBe(other === text)
      }),
      { numRuns: 2_000 },
    )
  })
})

test('iamPolicy returns policies up to the maximum length and refuses a longer policy', () => {
  for (let length = 1; length < 1_020; length += 1) {
    let policy: string
    try {
      policy = policyFor([`s3://lake/${'x'.repeat(length)}/`])
    } catch {
      expect(length).toBeGreaterThan(500)
      return
    }
    expect(policy.length).toBeLessThanOrEqual(maxPolicyLength)
  }
  throw new Error('no policy exceeded the maximum length')
})
