import { expect, it } from 'vitest'
import { presign } from './presign.ts'
import { signRequest } from './sign-request.ts'
import { SigningKeys } from './signing-keys.ts'
import { credentials, outcome, signed, signing } from '../test/signed-requests.ts'
import type { Header, WireRequest } from './wire-request.ts'

const request: WireRequest = { method: 'GET', target: '/bucket/key', headers: [['host', 'here']] }
const options = { ...signing, payloadHash: 'UNSIGNED-PAYLOAD' }
const plus = (...headers: Header[]): WireRequest => ({
  ...request,
  headers: [...request.headers, ...headers],
})

it('signRequest adds the date, the session token, the authorization and, by the rules of S3, the payload hash', () => {
  const withToken = { ...credentials, sessionToken: 'token' }
  const names = (changes: object): string[] =>
    signRequest(request, { ...options, ...changes }).headers.map(([name]) => name)
  expect(names({})).toEqual(['x-amz-date', 'x-amz-content-sha256', 'authorization'])
  expect(names({ service: 'glue' })).toEqual(['x-amz-date', 'authorization'])
  expect(names({ credentials: withToken })).toContain('x-amz-security-token')
})

it('signRequest accepts headers as a Headers, a Map or entries of an object', () => {
  const { seed } = signRequest(request, options)
  for (const headers of [
    new Headers({ host: 'here' }),
    new Map([['Host', 'here']]),
    Object.entries({ host: 'here' }),
  ]) {
    expect(signRequest({ ...request, headers }, options).seed.signature).toBe(seed.signature)
  }
})

it('signRequest does not sign headers that proxies change and headers that the caller excludes', () => {
  const more = plus(
    ['User-Agent', 'a'],
    ['Connection', 'close'],
    ['Expect', '100-continue'],
    ['Accept', '*/*'],
  )
  const { headers } = signRequest(more, { ...options, unsignedHeaders: ['accept'] })
  const authorization = new Map(headers).get('authorization')
  expect(authorization).toContain('SignedHeaders=host;x-amz-content-sha256;x-amz-date,')
})

it('signRequest returns the same signature with cached keys', () => {
  const keys = new SigningKeys()
  for (const _ of ['derived', 'kept']) {
    expect(signRequest(request, { ...options, keys }).seed.signature).toBe(
      signRequest(request, options).seed.signature,
    )
  }
  expect(keys.size).toBe(1)
})

it.each([
  ['no host', { ...request, headers: [] }, {}, 'header-not-signed'],
  ['two hosts', plus(['Host', 'there']), {}, 'duplicate-header'],
  ['an x-amz-date header', plus(['X-Amz-Date', '20260314T092653Z']), {}, 'duplicate-header'],
  ['an authorization', plus(['Authorization', 'Bearer x']), {}, 'two-authentications'],
  ['a target without a path', { ...request, target: '?a' }, {}, 'malformed-request'],
  ['a character of more than one byte', plus(['x-amz-meta-a', '\u{1f600}']), {}, 'malformed-request'],
  ['a region that is not a plain name', request, { region: 'a/b' }, 'malformed-authentication'],
  ['a service that is not a plain name', request, { service: '' }, 'malformed-authentication'],
  [
    'an access key that is not a plain name',
    request,
    { credentials: { ...credentials, accessKeyId: 'a b' } },
    'malformed-authentication',
  ],
])('signRequest refuses a request with %s', (_, unfit, changes, code) => {
  expect(() => signRequest(unfit, { ...options, ...changes })).toThrow(expect.objectContaining({ code }))
})

it.each([0, -1, 1.5, 604_801, Number.NaN])('presign refuses a validity of %d seconds', (expiresSeconds) => {
  expect(() => presign(request, { ...signing, expiresSeconds })).toThrow(
    expect.objectContaining({ code: 'expiry-out-of-range' }),
  )
})

it('the refusal of a signed request does not contain the secret', () => {
  const errors = [signed(request), plus(['Authorization', 'AWS4-HMAC-SHA256 secret'])]
    .map((each) => outcome(each, {}, 'another secret'))
    .join()
  expect(errors).toBe('signature-mismatch,malformed-authentication')
})
