import { isHeadgateError } from '@headgate/errors'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ancestorPrefixes, canonicalPrefix, contains, overlaps } from './location-relations.ts'
import { parseLocation, parseObjectLocation, parsePrefix } from './location.ts'
import { compareUtf8 } from './utf8-order.ts'

describe('parseLocation', () => {
  it.each([
    ['s3://bucket/a/b', 's3://bucket/a/b'],
    ['s3://bucket/a/b/', 's3://bucket/a/b'],
    ['s3a://bucket/a/b', 's3://bucket/a/b'],
    ['s3://bucket', 's3://bucket/'],
    ['s3://bucket/', 's3://bucket/'],
    ['s3://my.bucket-1/ä b/c+d/%20', 's3://my.bucket-1/ä b/c+d/%20'],
    ['file:///tmp/x', 'file:///tmp/x'],
    ['file:/tmp/x', 'file:///tmp/x'],
    ['file:/tmp/x/', 'file:///tmp/x'],
    ['file:///', 'file:///'],
    ['s3://bucket/100%/...', 's3://bucket/100%/...'],
    ['s3://bucket/a:b', 's3://bucket/a:b'],
  ])('parseLocation parses %s to the canonical form %s and keeps the original text', (text, canonical) => {
    const location = parseLocation(text)
    expect(location.canonical).toBe(canonical)
    expect(location.text).toBe(text)
  })

  it.each([
    's3://bucket/a/../b',
    's3://bucket/..',
    's3://bucket/./a',
    's3://bucket/a//b',
    's3://bucket//a',
    's3://bucket//',
    's3://bucket/a//',
    'file:////tmp',
    'file:///tmp//x',
    's3://bucket/%2e%2e/x',
    's3://bucket/%2E./x',
    's3://bucket/.%2e/x',
    's3://bucket/a%2Fb',
    's3://bucket/a%2fb',
    's3://bucket/a%5cb',
    's3://bucket/a%00b',
    's3://bucket/%252e%252e/x',
    's3://bucket/%25252e%2e/x',
    's3://bucket/a%252Fb',
    's3://bucket/a%c0%aeb',
    's3://bucket/a%ffb',
    's3://bucket/a%3Fb',
    's3://bucket/a%0ab',
    's3://bucket/%252525252525252525252e',
    's3://bucket/a\0b',
    's3://bucket/a\\b',
    's3://bucket/a\nb',
    's3://bucket/a\u007fb',
    's3://bucket/a?versionId=1',
    's3://bucket/a#b',
    's3://bucket/\ud800',
    's3://user:pw@bucket/a',
    's3://bucket:9000/a',
    's3://Bucket/a',
    's3://b/a',
    's3://a..b/a',
    's3:///a',
    's3:/bucket/a',
    's3:bucket/a',
    'S3://bucket/a',
    `s3://bucket/${'ä'.repeat(513)}`,
    'file://host/tmp',
    'file://localhost/tmp',
    'file:tmp',
    'file:../tmp',
    'file:///a/.headgate-uploads/x',
    `file:///${'a'.repeat(256)}`,
    'gs://bucket/a',
    '/tmp/x',
    'bucket/a',
    '',
    ':',
  ])('refuses %j', (text) => {
    expect(thrownBy(() => parseLocation(text))).toBe('bad-request')
  })

  it('parseLocation throws an error message without the user information of the location', () => {
    for (const start of ['s3://', 's3:', 'gs://', 'https://', 'file://', 'S3://'])
      expect(() => parseLocation(`${start}key:swordfish@bucket/a`)).toThrow(/^(?!.*swordfish)/)
  })

  it('parseLocation returns a canonical form unchanged', () => {
    fc.assert(
      fc.property(anyLocation, (text) => {
        const once = parseLocation(text)
        const twice = parseLocation(once.canonical)
        expect({ ...twice, text: '' }).toEqual({ ...once, text: '' })
      }),
    )
  })

  it('parseLocation accepts only locations whose bucket and path segments do not change when percent escapes are decoded', () => {
    const pieces = fc.constantFrom(
      '.',
      '..',
      '%2e',
      '%2F',
      '%25',
      '%',
      '/',
      'a',
      '2e',
      '%5c',
      '\\',
      '%c0',
      'ä',
      '?',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        let key: string
        try {
          key = parseLocation(`s3://bucket/${parts.join('')}`).key
        } catch {
          return
        }
        const segments = key.split('/').length
        for (let round = 0; round < 6; round++) {
          expect(new URL(`s3://bucket/${key.replaceAll('%', '%25')}`).pathname.split('/')).toHaveLength(
            segments + 1,
          )
          expect(key.split('/')).toHaveLength(segments)
          expect(key).not.toMatch(/(^|\/)\.{1,2}(\/|$)|[\\\0?#]/)
          key = key.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) => decodeURIComponent(run))
        }
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('parseObjectLocation and parsePrefix', () => {
  it('parseObjectLocation and parsePrefix keep percent escapes unchanged', () => {
    expect(parseObjectLocation('s3://bucket/d=%2F%2e%2e/x').key).toBe('d=%2F%2e%2e/x')
    expect(parsePrefix('s3://bucket/d=%2').key).toBe('d=%2')
  })

  it('parseObjectLocation and parsePrefix keep empty segments of keys, and refuse them where the file system merges them', () => {
    expect(parseObjectLocation('s3://bucket/a//b/').key).toBe('a//b/')
    expect(thrownBy(() => parseObjectLocation('file:///a//b'))).toBe('bad-request')
    expect(thrownBy(() => parseObjectLocation('file:///a/'))).toBe('bad-request')
    expect(thrownBy(() => parsePrefix('file:///a//'))).toBe('bad-request')
  })

  it('parseObjectLocation and parsePrefix refuse locations that leave the bucket, and an object without a key', () => {
    for (const text of [
      's3://bucket/a/../b',
      's3://bucket/..',
      's3://bucket/',
      'file:///',
      'file:///a/.headgate-tmp-1',
    ]) {
      expect(
        thrownBy(() => parseObjectLocation(text)),
        text,
      ).toBe('bad-request')
    }
    expect(thrownBy(() => parsePrefix('s3://bucket/a/../b'))).toBe('bad-request')
    expect(parsePrefix('s3://bucket').canonical).toBe('s3://bucket/')
  })
})

describe('Relations of locations', () => {
  const at = parseLocation

  it('the relations of locations compare whole path segments for containment', () => {
    expect(contains(at('s3://bucket/t1'), at('s3://bucket/t1'))).toBe(true)
    expect(contains(at('s3://bucket/t1'), at('s3a://bucket/t1/data/'))).toBe(true)
    expect(contains(at('s3://bucket/t1'), at('s3://bucket/t10'))).toBe(false)
    expect(contains(at('s3://bucket/t1/a'), at('s3://bucket/t1'))).toBe(false)
    expect(contains(at('s3://bucket'), at('s3://bucket/t1'))).toBe(true)
    expect(contains(at('s3://bucket'), at('s3://bucket2/t1'))).toBe(false)
    expect(contains(at('file:/data'), at('file:///data/x'))).toBe(true)
    expect(contains(at('file:///bucket'), at('s3://bucket/x'))).toBe(false)
  })

  it('ancestorPrefixes lists the prefixes that contain a location, outermost first', () => {
    expect(ancestorPrefixes(at('s3://bucket/wh/ns/t/'))).toEqual([
      's3://bucket/',
      's3://bucket/wh/',
      's3://bucket/wh/ns/',
    ])
    expect(ancestorPrefixes(at('file:/a/b'))).toEqual(['file:///', 'file:///a/'])
    expect(ancestorPrefixes(at('s3://bucket/a'))).toEqual(['s3://bucket/'])
    expect(ancestorPrefixes(at('s3://bucket'))).toEqual([])
  })

  it('overlap, prefixes and containment of locations have the same result', () => {
    fc.assert(
      fc.property(anyLocation, anyLocation, (left, right) => {
        const [a, b] = [at(left), at(right)]
        expect(overlaps(a, b)).toBe(contains(a, b) || contains(b, a))
        const around = [...ancestorPrefixes(b), canonicalPrefix(b)]
        expect(contains(a, b)).toBe(around.includes(canonicalPrefix(a)))
        expect(around.every((prefix) => prefix.endsWith('/'))).toBe(true)
      }),
    )
  })
})

describe('compareUtf8', () => {
  it('compareUtf8 orders texts by their UTF-8 bytes', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 6 })
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
      }),
      { numRuns: 2_000, examples: [['\uffee', '😀']] },
    )
  })
})

const segment = fc.constantFrom('a', 'b', 't1', 't10', 'ä b', '%20', '...')
const anyLocation = fc
  .tuple(
    fc.constantFrom('s3://bucket/', 's3a://bucket/', 's3://other/', 'file:///', 'file:/'),
    fc.array(segment),
    fc.boolean(),
  )
  .map(([root, segments, slash]) => root + segments.join('/') + (slash && segments.length > 0 ? '/' : ''))

function thrownBy(action: () => unknown): unknown {
  try {
    action()
  } catch (error) {
    return isHeadgateError(error) ? error.code : error
  }
  return 'nothing'
}
