import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toLocation, parseAddress, parseCopySource } from './address.ts'
import { S3Error } from './s3-error.ts'

const parse = (path: string, host = 'localhost:9000'): object => parseAddress(path, host, 'gw.test')

describe('parseAddress', () => {
  test.each([
    ['/', '', ''],
    ['/lake', 'lake', ''],
    ['/lake/', 'lake', ''],
    ['/lake/a/b', 'lake', 'a/b'],
    ['/lake/a%2Fb', 'lake', 'a/b'],
    ['/lake/a%252Fb', 'lake', 'a%2Fb'],
    ['/lake/a+b%20c', 'lake', 'a+b c'],
    ['/lake//a', 'lake', '/a'],
    ['/lake/dir/', 'lake', 'dir/'],
    ['/lake/%C3%BC', 'lake', 'ü'],
  ])('parseAddress returns the bucket and key of the path %s', (path, bucket, key) => {
    expect(parse(path)).toEqual({ bucket, key })
  })

  test.each([
    ['lake.gw.test', '/a/b', 'lake', 'a/b'],
    ['LAKE.GW.TEST:9000', '/a', 'lake', 'a'],
    ['my.lake.gw.test', '/', 'my.lake', ''],
    ['gw.test', '/lake/a', 'lake', 'a'],
    ['lakegw.test', '/lake/a', 'lake', 'a'],
    ['lake.gw.test.evil.test', '/lake/a', 'lake', 'a'],
  ])(
    'parseAddress returns the bucket and key of a request to the host %s with the path %s',
    (host, path, bucket, key) => {
      expect(parse(path, host)).toEqual({ bucket, key })
    },
  )

  test.each([
    '/la%2Fke/a',
    '/la%40ke/a',
    '/%2e%2e/a',
    '/L/a',
    '/lake/%',
    '/lake/%ff',
    '/lake/%zz',
    '/lake/\u00fc',
    '/-lake/a',
  ])('parseAddress refuses %s', (path) => {
    expect(() => parse(path)).toThrow(S3Error)
  })

  test('parseCopySource returns the bucket and key of x-amz-copy-source, and refuses a source without bucket or key', () => {
    expect(parseCopySource('/lake/a%2520b?versionId=null')).toEqual({ bucket: 'lake', key: 'a%20b' })
    expect(parseCopySource('lake/a%3Fb')).toEqual({ bucket: 'lake', key: 'a?b' })
    for (const source of ['', '/', 'lake', 'lake/', '//a', 'lake/a?versionId=1', 'arn:aws:s3:::lake/a'])
      expect(() => parseCopySource(source)).toThrow(S3Error)
  })
})

test('toLocation returns a location from which parsing results in the same bucket and key', () => {
  const pieces = fc.constantFrom(
    'a',
    '.',
    '..',
    '/',
    '%2e',
    '%2F',
    '\\',
    '?',
    '#',
    '@',
    ':',
    ' ',
    'ü',
    '*',
    '\u2024',
    '\uff0e',
    '\u0000',
    '\n',
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      const key = parts.join('')
      try {
        const location = toLocation({ bucket: 'lake', key })
        expect(location).toBe(`s3://lake/${key}`)
        expect(key.split('/').some((segment) => segment === '.' || segment === '..')).toBe(false)
        expect(key).not.toMatch(/[\\?#\p{Cc}]/u)
      } catch (error) {
        expect(error).toMatchObject({ code: 'InvalidURI' })
      }
    }),
    { numRuns: 2_000 },
  )
})
