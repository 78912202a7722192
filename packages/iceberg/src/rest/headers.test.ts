import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { outcome } from '../../test/view/views.ts'
import { decodeAccessDelegation } from './access-delegation.ts'
import { decodeIfNoneMatch, formatEtag, matchesEtag } from './etag.ts'
import { decodeIdempotencyKey } from './idempotency-key.ts'

describe('X-Iceberg-Access-Delegation', () => {
  test.each<[string | null | undefined, readonly string[]]>([
    [undefined, []],
    [null, []],
    ['', []],
    ['vended-credentials', ['vended-credentials']],
    ['remote-signing,vended-credentials', ['remote-signing', 'vended-credentials']],
    [' Vended-Credentials ,, remote-signing', ['vended-credentials', 'remote-signing']],
    ['vended-credentials,vended-credentials', ['vended-credentials']],
    ['teleport,remote-signing', ['remote-signing']],
    ['true', []],
  ])('the header X-Iceberg-Access-Delegation: %j requests %j', (header, mechanisms) => {
    expect(decodeAccessDelegation(header)).toEqual(mechanisms)
  })
})

describe('Idempotency-Key', () => {
  test('an Idempotency-Key that is a UUID of version 7 is converted to lower case', () => {
    expect(decodeIdempotencyKey('017F22E2-79B0-7CC3-98C4-DC0C0C07398F')).toBe(
      '017f22e2-79b0-7cc3-98c4-dc0c0c07398f',
    )
    expect(decodeIdempotencyKey(undefined)).toBeUndefined()
    expect(decodeIdempotencyKey(null)).toBeUndefined()
  })

  test.each([
    '',
    'key',
    '017f22e2-79b0-4cc3-98c4-dc0c0c07398f',
    '017f22e2-79b0-7cc3-18c4-dc0c0c07398f',
    '017f22e2-79b0-7cc3-98c4-dc0c0c07398',
    '017f22e2-79b0-7cc3-98c4-dc0c0c07398f0',
    '017f22e279b07cc398c4dc0c0c07398f',
    ' 017f22e2-79b0-7cc3-98c4-dc0c0c07398f',
    '017f22e2-79b0-7cc3-98c4-dc0c0c07398f\n',
    '{17f22e2-79b0-7cc3-98c4-dc0c0c07398f',
  ])('the Idempotency-Key %j is refused', (header) => {
    expect(() => decodeIdempotencyKey(header)).toThrow(
      expect.objectContaining({ code: 'bad-request', message: expect.stringContaining('Idempotency-Key') }),
    )
  })
})

describe('ETag and If-None-Match', () => {
  test('entity tags (ETag) are weak and quoted', () => {
    expect(formatEtag('7.refs')).toBe('W/"7.refs"')
    expect(() => formatEtag('a"b')).toThrow(expect.objectContaining({ code: 'internal' }))
    expect(() => formatEtag('a b')).toThrow(expect.objectContaining({ code: 'internal' }))
  })

  test.each<[string, boolean]>([
    ['W/"7.refs"', true],
    ['"7.refs"', true],
    ['*', true],
    [' * ', true],
    ['"1", W/"7.refs"', true],
    [',"1",,"7.refs",', true],
    ['"with,comma" , "7.refs"', true],
    ['"with space", "7.refs"', false],
    ['"7.all"', false],
    ['"7.REFS"', false],
    ['', false],
    ['7.refs', false],
    ['"7.refs', false],
    ['w/"7.refs"', false],
    ['"7.refs" "8"', false],
    ['*, "8"', false],
  ])('the header If-None-Match: %s means that the client has the version W/"7.refs": %s', (header, has) => {
    expect(matchesEtag(decodeIfNoneMatch(header), formatEtag('7.refs'))).toBe(has)
  })

  test('a request without the header If-None-Match means that the client has no version', () => {
    expect(matchesEtag(decodeIfNoneMatch(undefined), formatEtag('x'))).toBe(false)
    expect(matchesEtag(decodeIfNoneMatch(null), formatEtag(''))).toBe(false)
  })
})

test('header decoders return a value or throw a HeadgateError for any header', () => {
  const header = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('"', 'W', '/', ',', ' ') }),
  )
  fc.assert(
    fc.property(header, (header) => {
      expect(outcome(() => decodeAccessDelegation(header))).not.toBe('refused')
      expect(outcome(() => decodeIfNoneMatch(header))).not.toBe('refused')
      outcome(() => decodeIdempotencyKey(header))
    }),
    { numRuns: 500 },
  )
})
