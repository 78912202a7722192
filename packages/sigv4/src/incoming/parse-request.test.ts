import { describe, expect, it } from 'vitest'
import { sha256Hex } from '../sha256-hex.ts'
import { EMPTY_SHA256 } from '../payload-hashes.ts'
import { credentials, now, outcome, signed, verified } from '../test-requests.ts'
import { headerPairs, type Header } from '../wire-request.ts'
import { authorization, get, minutes, plus, presigned } from './test-authentication.ts'

it('a parsed request tells all that its authentication says', () => {
  const request = signed(get, { credentials: { ...credentials, sessionToken: 'token/+=' } })
  expect(verified(request).request).toMatchObject({
    form: 'header',
    accessKeyId: 'AKIDTEST',
    scope: { date: '20260314', region: 'eu-central-1', service: 's3' },
    signedHeaders: ['host', 'x-amz-content-sha256', 'x-amz-date', 'x-amz-security-token'],
    timestamp: '20260314T092653Z',
    date: now,
    sessionToken: 'token/+=',
    sessionTokenSigned: true,
    payload: { kind: 'unsigned' },
    host: 'storage.example.com',
    path: '/bucket/key',
  })
  expect(
    verified(presigned({ credentials: { ...credentials, sessionToken: 'token/+=' } })).request,
  ).toMatchObject({
    form: 'query',
    expiresAt: minutes(15),
    sessionToken: 'token/+=',
    sessionTokenSigned: true,
    payload: { kind: 'unsigned' },
  })
})

describe('the headers', () => {
  it('must include a signed host', () => {
    expect(outcome(authorization((v) => v.replace('=host;', '=')))).toBe('header-not-signed')
    expect(outcome({ ...signed(get), headers: [...signed(get).headers].slice(1) })).toBe(
      'signed-header-missing',
    )
    expect(() => signed({ ...get, headers: [] })).toThrow('host')
  })

  it('must be signed when they begin with x-amz-, in whatever case', () => {
    expect(outcome(plus(signed(get), ['x-amz-copy-source', '/other/key']))).toBe('header-not-signed')
    expect(outcome(plus(signed(get), ['X-AMZ-Meta-A', 'b']))).toBe('header-not-signed')
    expect(outcome(plus(presigned(), ['x-amz-acl', 'public-read']))).toBe('header-not-signed')
    const options = { mayBeUnsigned: ['x-amz-cf-id'] }
    expect(outcome(plus(signed(get), ['x-amz-cf-id', 'proxy']), options)).toBe('verified')
    expect(outcome(plus(signed(get), ['x-amz-cf-ids', 'proxy']), options)).toBe('header-not-signed')
  })

  it('must be signed when the policy says so', () => {
    const options = { mustBeSigned: ['original-authorization'] }
    const original: Header = ['Original-Authorization', 'Bearer t']
    expect(outcome(plus(signed(get), original), options)).toBe('header-not-signed')
    expect(outcome(signed(plus(get, original)), options)).toBe('verified')
    expect(outcome(signed(get), options)).toBe('verified')
  })

  it('may not be repeated where that has a meaning', () => {
    for (const name of ['Host', 'Content-Type', 'Content-Length', 'X-Amz-Date', 'x-amz-storage-class']) {
      const twice = signed(
        plus(get, ['x-amz-storage-class', 'A'], ['content-type', 'a'], ['content-length', '0']),
      )
      expect(outcome(plus(twice, [name, 'A']))).toBe('duplicate-header')
    }
    expect(outcome(signed(plus(get, ['x-amz-meta-a', '1'], ['x-amz-meta-a', '2'])))).toBe('verified')
  })

  it('are signed by their bytes, spaces apart', () => {
    // UTF-8 as node:http hands it over; one of its bytes is a no-break space in Latin-1.
    const bytes = Buffer.from('Grüße à la carte', 'utf8').toString('latin1')
    expect(bytes).toContain('\u00a0')
    const request = signed(plus(get, ['x-amz-meta-a', bytes]))
    expect(outcome(request)).toBe('verified')
    const respaced = [...request.headers].map(([n, v]): Header => [
      n,
      n === 'x-amz-meta-a' ? ` ${v.replaceAll(' ', '   ')}\t` : v,
    ])
    expect(outcome({ ...request, headers: respaced })).toBe('verified')
    const without = [...request.headers].map(([n, v]): Header => [n, v.replace('\u00a0', '')])
    expect(outcome({ ...request, headers: without })).toBe('signature-mismatch')
  })

  it('may come with another host behind a proxy', () => {
    const request = signed({ ...get, headers: [['host', 'public.example.com']] })
    const inside = {
      ...request,
      headers: [...request.headers].map(([n, v]): Header => [n, n === 'host' ? '10.0.0.1' : v]),
    }
    expect(outcome(inside)).toBe('signature-mismatch')
    expect(outcome(inside, { host: 'public.example.com' })).toBe('verified')
  })
})

describe('the session token', () => {
  const withToken = { ...credentials, sessionToken: 'token' }
  it('must be signed, unless the policy says otherwise', () => {
    const after = { credentials: withToken, sessionToken: 'after' } as const
    expect(outcome(signed(get, after))).toBe('header-not-signed')
    expect(outcome(presigned(after))).toBe('signature-mismatch')
    expect(outcome(signed(get, after), { sessionToken: 'after' })).toBe('verified')
    expect(outcome(presigned(after), { sessionToken: 'after' })).toBe('verified')
    expect(verified(signed(get, after), { sessionToken: 'after' }).request.sessionTokenSigned).toBe(false)
  })

  it('cannot be sent in two ways', () => {
    const request = presigned({ credentials: withToken }, plus(get, ['x-amz-security-token', 'other']))
    expect(outcome(request)).toBe('duplicate-header')
  })
})

describe('the query', () => {
  it('cannot have a parameter twice, unless the policy says otherwise', () => {
    const request = signed({ ...get, target: '/bucket?prefix=a&prefix=b' })
    expect(outcome(request)).toBe('duplicate-parameter')
    expect(outcome(request, { repeatedParameters: 'allow' })).toBe('verified')
    expect(
      outcome({ ...request, target: '/bucket?prefix=b&prefix=c' }, { repeatedParameters: 'allow' }),
    ).toBe('signature-mismatch')
  })

  it.each([
    ['/bucket?prefix=a%20b%2Fc&acl', '/bucket?acl=&prefix=a+b%2fc'],
    ['/bucket?a=1&b=~', '/bucket?&b=%7E&&a=1&'],
  ])('%s is the same as %s', (as, other) => {
    expect(outcome({ ...signed({ ...get, target: as }), target: other })).toBe('verified')
  })

  it.each([
    ['/bucket?prefix=a%2Bb', '/bucket?prefix=a+b'],
    ['/bucket?prefix=a%20b', '/bucket?prefix=a%2520b'],
    ['/bucket?a=b%26c', '/bucket?a=b&c'],
    ['/bucket?a=b%3Dc', '/bucket?a=b=d'],
  ])('%s is not the same as %s', (as, other) => {
    expect(outcome({ ...signed({ ...get, target: as }), target: other })).toBe('signature-mismatch')
  })
})

describe('the target', () => {
  it.each([
    '',
    'bucket',
    '*',
    'http://h/bucket',
    '/a%',
    '/a%2',
    '/a%zz',
    '/a?b=%',
    '/a?%=b',
    '/a#b',
    '/\u0100',
    '/?\u0100',
  ])('%j is malformed', (target) => {
    expect(outcome({ ...signed(get), target })).toBe('malformed-request')
  })

  it.each(['', 'GE T', 'GET\n', 'GET\nx', '\u00e9'])('the method %j is malformed', (method) => {
    expect(outcome({ ...signed(get), method })).toBe('malformed-request')
  })

  it.each(['', 'a b', 'a:', 'a\n', 'ä'])('the header name %j is malformed', (name) => {
    expect(outcome(plus(signed(get), [name, 'x']))).toBe('malformed-request')
  })
})

describe('the payload', () => {
  const put = (sha256: string, ...headers: Header[]): string =>
    outcome(signed(plus(get, ...headers), { payloadHash: sha256 }))
  it.each([
    ['ABC', 'malformed-payload-hash'],
    [EMPTY_SHA256.toUpperCase(), 'malformed-payload-hash'],
    ['unsigned-payload', 'malformed-payload-hash'],
    ['STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD', 'unsupported-payload'],
    ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD', 'no-decoded-length'],
    ['STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'unsupported-trailer'],
    [EMPTY_SHA256, 'verified'],
  ])('%s: %s', (sha256, code) => {
    expect(put(sha256)).toBe(code)
  })

  it.each(['', '-1', '1e3', '0x10', '1.5', '9'.repeat(16), '1, 1'])('is not %j bytes long', (length) => {
    expect(put('STREAMING-AWS4-HMAC-SHA256-PAYLOAD', ['x-amz-decoded-content-length', length])).toBe(
      'no-decoded-length',
    )
  })

  it.each(['', 'x-amz-checksum-md5', 'x-amz-meta-a', 'x-amz-checksum-crc32, x-amz-checksum-sha1'])(
    'is not followed by %j',
    (trailer) => {
      expect(
        put(
          'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
          ['x-amz-trailer', trailer],
          ['x-amz-decoded-content-length', '1'],
        ),
      ).toBe('unsupported-trailer')
    },
  )

  it('must have its hash sent by the rules of S3, and hashed here by the general ones', () => {
    const general = { service: 'glue', payloadHash: sha256Hex('body'), payloadHeader: false }
    const request = signed({ ...get, method: 'POST' }, general)
    const glue = { services: ['glue'] }
    expect(outcome(request, glue, undefined, sha256Hex('body'))).toBe('verified')
    expect(outcome(request, glue, undefined, sha256Hex('other'))).toBe('signature-mismatch')
    expect(outcome(request, glue)).toBe('no-payload-hash')
    expect(outcome(signed(get, { payloadHeader: false }))).toBe('no-payload-hash')
    expect(outcome(signed(get, { payloadHash: sha256Hex('body') }), {}, undefined, sha256Hex('other'))).toBe(
      'payload-mismatch',
    )
  })

  it('of a presigned request is unsigned by the rules of S3, unless the query says otherwise', () => {
    expect(verified(presigned()).request.payload).toEqual({ kind: 'unsigned' })
    const stated = { ...get, target: `/bucket/key?X-Amz-Content-Sha256=${EMPTY_SHA256}` }
    expect(verified(presigned({ payloadHash: EMPTY_SHA256 }, stated)).request.payload).toEqual({
      kind: 'hashed',
      sha256: EMPTY_SHA256,
    })
    const both = plus(stated, ['x-amz-content-sha256', 'UNSIGNED-PAYLOAD'])
    expect(outcome(presigned({}, both))).toBe('malformed-payload-hash')
  })
})

it('the path is told as it was signed: without what the rules resolve', () => {
  const glue = { services: ['glue'] }
  const request = signed(
    { ...get, target: '/iceberg/v1/./x/..//tables%2Fa' },
    { service: 'glue', payloadHeader: true },
  )
  expect(verified(request, glue).request.path).toBe('/iceberg/v1/tables%2Fa')
  expect(verified(signed({ ...get, target: '/bucket/./x/..//y' })).request.path).toBe('/bucket/./x/..//y')
})

it('rawHeaders of node:http become pairs', () => {
  expect(headerPairs(['Host', 'a', 'X-A', 'b'])).toEqual([
    ['Host', 'a'],
    ['X-A', 'b'],
  ])
})
