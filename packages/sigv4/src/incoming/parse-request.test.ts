import { describe, expect, it } from 'vitest'
import { sha256Hex } from '../sha256-hex.ts'
import { EMPTY_SHA256 } from '../payload-hashes.ts'
import { credentials, now, outcome, signed, verified } from '../../test/signed-requests.ts'
import { headerPairs, type Header } from '../wire-request.ts'
import { authorization, get, minutes, plus, presigned } from '../../test/incoming/example-requests.ts'

it('parseRequest returns all values of the authentication', () => {
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

describe('parseRequest on headers', () => {
  it('parseRequest refuses a request without a signed host', () => {
    expect(outcome(authorization((v) => v.replace('=host;', '=')))).toBe('header-not-signed')
    expect(outcome({ ...signed(get), headers: [...signed(get).headers].slice(1) })).toBe(
      'signed-header-missing',
    )
    expect(() => signed({ ...get, headers: [] })).toThrow('host')
  })

  it('parseRequest refuses unsigned headers whose names begin with x-amz-, in any case', () => {
    expect(outcome(plus(signed(get), ['x-amz-copy-source', '/other/key']))).toBe('header-not-signed')
    expect(outcome(plus(signed(get), ['X-AMZ-Meta-A', 'b']))).toBe('header-not-signed')
    expect(outcome(plus(presigned(), ['x-amz-acl', 'public-read']))).toBe('header-not-signed')
    const options = { mayBeUnsigned: ['x-amz-cf-id'] }
    expect(outcome(plus(signed(get), ['x-amz-cf-id', 'proxy']), options)).toBe('verified')
    expect(outcome(plus(signed(get), ['x-amz-cf-ids', 'proxy']), options)).toBe('header-not-signed')
  })

  it('parseRequest refuses unsigned headers that the policy requires to be signed', () => {
    const options = { mustBeSigned: ['original-authorization'] }
    const original: Header = ['Original-Authorization', 'Bearer t']
    expect(outcome(plus(signed(get), original), options)).toBe('header-not-signed')
    expect(outcome(signed(plus(get, original)), options)).toBe('verified')
    expect(outcome(signed(get), options)).toBe('verified')
  })

  it('parseRequest refuses significant headers that are repeated', () => {
    for (const name of ['Host', 'Content-Type', 'Content-Length', 'X-Amz-Date', 'x-amz-storage-class']) {
      const twice = signed(
        plus(get, ['x-amz-storage-class', 'A'], ['content-type', 'a'], ['content-length', '0']),
      )
      expect(outcome(plus(twice, [name, 'A']))).toBe('duplicate-header')
    }
    expect(outcome(signed(plus(get, ['x-amz-meta-a', '1'], ['x-amz-meta-a', '2'])))).toBe('verified')
  })

  it('parseRequest compares header values byte by byte, except for spaces', () => {
    // UTF-8 text in the form of node:http, with one character per byte. One of the bytes is a no-break space in
    // Latin-1.
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

  it('parseRequest uses the host of the policy instead of the header, for servers behind a proxy', () => {
    const request = signed({ ...get, headers: [['host', 'public.example.com']] })
    const inside = {
      ...request,
      headers: [...request.headers].map(([n, v]): Header => [n, n === 'host' ? '10.0.0.1' : v]),
    }
    expect(outcome(inside)).toBe('signature-mismatch')
    expect(outcome(inside, { host: 'public.example.com' })).toBe('verified')
  })
})

describe('parseRequest on session tokens', () => {
  const withToken = { ...credentials, sessionToken: 'token' }
  it('parseRequest refuses an unsigned session token, unless the policy allows it', () => {
    const after = { credentials: withToken, sessionToken: 'after' } as const
    expect(outcome(signed(get, after))).toBe('header-not-signed')
    expect(outcome(presigned(after))).toBe('signature-mismatch')
    expect(outcome(signed(get, after), { sessionToken: 'after' })).toBe('verified')
    expect(outcome(presigned(after), { sessionToken: 'after' })).toBe('verified')
    expect(verified(signed(get, after), { sessionToken: 'after' }).request.sessionTokenSigned).toBe(false)
  })

  it('parseRequest refuses a session token in both a header and the query', () => {
    const request = presigned({ credentials: withToken }, plus(get, ['x-amz-security-token', 'other']))
    expect(outcome(request)).toBe('duplicate-header')
  })
})

describe('parseRequest on queries', () => {
  it('parseRequest refuses repeated parameters, unless the policy allows them', () => {
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
  ])('parseRequest computes the same signature for the queries %s and %s', (as, other) => {
    expect(outcome({ ...signed({ ...get, target: as }), target: other })).toBe('verified')
  })

  it.each([
    ['/bucket?prefix=a%2Bb', '/bucket?prefix=a+b'],
    ['/bucket?prefix=a%20b', '/bucket?prefix=a%2520b'],
    ['/bucket?a=b%26c', '/bucket?a=b&c'],
    ['/bucket?a=b%3Dc', '/bucket?a=b=d'],
  ])('parseRequest computes different signatures for the queries %s and %s', (as, other) => {
    expect(outcome({ ...signed({ ...get, target: as }), target: other })).toBe('signature-mismatch')
  })
})

describe('parseRequest on request lines', () => {
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
  ])('parseRequest refuses the target %j as malformed', (target) => {
    expect(outcome({ ...signed(get), target })).toBe('malformed-request')
  })

  it.each(['', 'GE T', 'GET\n', 'GET\nx', '\u00e9'])(
    'parseRequest refuses the method %j as malformed',
    (method) => {
      expect(outcome({ ...signed(get), method })).toBe('malformed-request')
    },
  )

  it.each(['', 'a b', 'a:', 'a\n', 'ä'])('parseRequest refuses the header name %j as malformed', (name) => {
    expect(outcome(plus(signed(get), [name, 'x']))).toBe('malformed-request')
  })
})

describe('parseRequest on payloads', () => {
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

  it.each(['', '-1', '1e3', '0x10', '1.5', '9'.repeat(16), '1, 1'])(
    'parseRequest refuses the declared length %j',
    (length) => {
      expect(put('STREAMING-AWS4-HMAC-SHA256-PAYLOAD', ['x-amz-decoded-content-length', length])).toBe(
        'no-decoded-length',
      )
    },
  )

  it.each(['', 'x-amz-checksum-md5', 'x-amz-meta-a', 'x-amz-checksum-crc32, x-amz-checksum-sha1'])(
    'parseRequest refuses the declared trailer %j',
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

  it('parseRequest requires a hash in a header by the rules of S3, and a hash from the caller by the general rules', () => {
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

  it('parseRequest expects an unsigned body in a presigned request by the rules of S3, unless the query contains a hash', () => {
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

it('parseRequest returns the path that was signed, after the rules resolved it', () => {
  const glue = { services: ['glue'] }
  const request = signed(
    { ...get, target: '/iceberg/v1/./x/..//tables%2Fa' },
    { service: 'glue', payloadHeader: true },
  )
  expect(verified(request, glue).request.path).toBe('/iceberg/v1/tables%2Fa')
  expect(verified(signed({ ...get, target: '/bucket/./x/..//y' })).request.path).toBe('/bucket/./x/..//y')
})

it('headerPairs converts rawHeaders of node:http into pairs', () => {
  expect(headerPairs(['Host', 'a', 'X-A', 'b'])).toEqual([
    ['Host', 'a'],
    ['X-A', 'b'],
  ])
})
