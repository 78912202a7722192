import { describe, expect, it } from 'vitest'
import { generalRules } from '../rules.ts'
import { now, outcome, policy, signed } from '../../test/signed-requests.ts'
import type { Header, WireRequest } from '../wire-request.ts'
import { parseRequest } from './parse-request.ts'
import type { VerificationPolicy } from './parsed-request.ts'
import { authorization, get, host, minutes, plus, presigned } from '../../test/incoming/example-requests.ts'

describe('parseRequest on authentication', () => {
  const cases: [title: string, request: WireRequest, code: string, changes?: Partial<VerificationPolicy>][] =
    [
      ['missing', get, 'no-authentication'],
      ['twice', plus(presigned(), ['Authorization', 'Bearer x']), 'two-authentications'],
      ['in two headers', plus(signed(get), ['Authorization', 'AWS4-HMAC-SHA256 x']), 'duplicate-header'],
      ['a bearer token', plus(get, ['Authorization', 'Bearer x']), 'unsupported-algorithm'],
      ['of version 2', plus(get, ['Authorization', 'AWS AKID:c2ln']), 'unsupported-algorithm'],
      [
        'of version 4A',
        authorization((v) => v.replace('AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256')),
        'unsupported-algorithm',
      ],
      ['in lower case', authorization((v) => v.replace('AWS4-HMAC', 'aws4-hmac')), 'unsupported-algorithm'],
      ['empty', authorization(() => ''), 'unsupported-algorithm'],
      ['only an algorithm', authorization(() => 'AWS4-HMAC-SHA256'), 'malformed-authentication'],
      [
        'without a credential',
        authorization((v) => v.replace(/Credential=[^,]*, /, '')),
        'malformed-authentication',
      ],
      [
        'without signed headers',
        authorization((v) => v.replace(/SignedHeaders=[^,]*, /, '')),
        'malformed-authentication',
      ],
      [
        'without a signature',
        authorization((v) => v.replace(/, Signature.*/, '')),
        'malformed-authentication',
      ],
      [
        'with two signatures',
        authorization((v) => `${v}, Signature=${'0'.repeat(64)}`),
        'malformed-authentication',
      ],
      ['with another part', authorization((v) => `${v}, Extra=1`), 'malformed-authentication'],
      ['with an empty part', authorization((v) => `${v},`), 'malformed-authentication'],
      [
        'with a signature that is too short',
        authorization((v) => v.slice(0, -1)),
        'malformed-authentication',
      ],
      [
        'with a signature in capitals',
        authorization((v) => v.replace(/Signature=.*/, `Signature=${'A'.repeat(64)}`)),
        'malformed-authentication',
      ],
      [
        'with a wrong last part of the scope',
        authorization((v) => v.replace('aws4_request', 'aws3_request')),
        'malformed-authentication',
      ],
      [
        'with an additional slash',
        authorization((v) => v.replace('AKIDTEST/', 'AKIDTEST//')),
        'malformed-authentication',
      ],
      [
        'with unsorted headers',
        authorization((v) => v.replace(/SignedHeaders=[^,]*/, 'SignedHeaders=x-amz-date;host')),
        'malformed-authentication',
      ],
      [
        'with a header twice',
        authorization((v) => v.replace('=host;', '=host;host;')),
        'malformed-authentication',
      ],
      [
        'with headers in capitals',
        authorization((v) => v.replace('=host;', '=Host;')),
        'malformed-authentication',
      ],
      [
        'with an empty header name',
        authorization((v) => v.replace('=host;', '=;host;')),
        'malformed-authentication',
      ],
      ['in a form that the policy does not allow', signed(get), 'form-not-allowed', { forms: ['query'] }],
      ['in a query, which the policy does not allow', presigned(), 'form-not-allowed', { forms: ['header'] }],
    ]
  it.each(cases)('parseRequest refuses the authentication %s', (_, request, code, changes) => {
    expect(outcome(request, changes)).toBe(code)
  })

  it('parseRequest accepts the parts of the Authorization header in any order and spacing', () => {
    const swap = (v: string): string =>
      v.replace(/(Credential=[^,]*), (SignedHeaders=[^,]*), (Signature=.*)/, '$3,$1 ,  $2')
    expect(outcome(authorization(swap))).toBe('verified')
  })

  const query: [title: string, change: (target: string) => string, code: string][] = [
    ['no algorithm', (t) => t.replace(/X-Amz-Algorithm=[^&]*&/, ''), 'unsupported-algorithm'],
    ['another algorithm', (t) => t.replace('AWS4-HMAC-SHA256', 'AWS4-HMAC-SHA1'), 'unsupported-algorithm'],
    ['no credential', (t) => t.replace(/X-Amz-Credential=[^&]*&/, ''), 'malformed-query-authentication'],
    ['no date', (t) => t.replace(/X-Amz-Date=[^&]*&/, ''), 'malformed-query-authentication'],
    ['no end', (t) => t.replace(/X-Amz-Expires=[^&]*&/, ''), 'malformed-query-authentication'],
    [
      'no signed headers',
      (t) => t.replace(/X-Amz-SignedHeaders=[^&]*&/, ''),
      'malformed-query-authentication',
    ],
    ['no signature', (t) => t.replace(/&X-Amz-Signature=.*/, ''), 'malformed-query-authentication'],
    ['two signatures', (t) => `${t}&X-Amz-Signature=${'0'.repeat(64)}`, 'duplicate-parameter'],
    [
      'two signatures, one with an encoded name',
      (t) => `${t}&X%2DAmz-Signature=${'0'.repeat(64)}`,
      'duplicate-parameter',
    ],
    ['two dates', (t) => `${t}&X-Amz-Date=20260314T092653Z`, 'duplicate-parameter'],
    ['two tokens', (t) => `${t}&X-Amz-Security-Token=a&X-Amz-Security-Token=b`, 'duplicate-parameter'],
    ['an additional token', (t) => `${t}&X-Amz-Security-Token=a`, 'signature-mismatch'],
    ['a malformed date', (t) => t.replace('20260314T092653Z', '2026-03-14'), 'malformed-date'],
    ...['0', '-1', '604801', '9e9', '1.5', '0x10', '', '99999999999999999999'].map(
      (seconds): [string, (target: string) => string, string] => [
        `an expiry of "${seconds}" seconds`,
        (t) => t.replace('X-Amz-Expires=900', `X-Amz-Expires=${seconds}`),
        'expiry-out-of-range',
      ],
    ),
  ]
  it.each(query)('parseRequest refuses a presigned request with %s', (_, change, code) => {
    const request = presigned()
    const target = change(request.target)
    expect(target).not.toBe(request.target)
    expect(outcome({ ...request, target })).toBe(code)
  })
})

describe('parseRequest on scopes', () => {
  it('parseRequest refuses a credential scope with another service, region or day', () => {
    expect(outcome(signed(get, { service: 'glue' }))).toBe('wrong-scope')
    expect(outcome(signed(get, { region: 'us-east-1' }))).toBe('wrong-scope')
    expect(outcome(signed(get, { region: 'us-east-1' }), { regions: ['us-east-1', 'eu-central-1'] })).toBe(
      'verified',
    )
    const anyRegion: VerificationPolicy = { services: policy.services, now }
    expect(parseRequest(signed(get, { region: 'xx-nowhere-9' }), anyRegion).ok).toBe(true)
    expect(outcome(authorization((v) => v.replace('20260314', '20260313')))).toBe('scope-date-mismatch')
    expect(outcome(presigned({ service: 's3tables' }))).toBe('wrong-scope')
  })
})

describe('parseRequest on times', () => {
  it('parseRequest accepts times that differ from the clock by at most 15 minutes', () => {
    expect(outcome(signed(get), { now: minutes(15) })).toBe('verified')
    expect(outcome(signed(get), { now: minutes(-15) })).toBe('verified')
    expect(outcome(signed(get), { now: minutes(15.02) })).toBe('time-too-skewed')
    expect(outcome(signed(get), { now: minutes(-15.02) })).toBe('time-too-skewed')
    expect(outcome(signed(get), { now: minutes(6), maxSkewMs: 5 * 60_000 })).toBe('time-too-skewed')
  })

  it('parseRequest refuses a presigned request from the second of its expiry on', () => {
    expect(outcome(presigned(), { now: new Date(minutes(15).getTime() - 1) })).toBe('verified')
    expect(outcome(presigned(), { now: minutes(15) })).toBe('expired')
    expect(outcome(presigned({ expiresSeconds: 604_800 }), { now: minutes(7 * 24 * 60 - 1) })).toBe(
      'verified',
    )
    expect(outcome(presigned(), { now: minutes(-15) })).toBe('verified')
    expect(outcome(presigned(), { now: minutes(-16) })).toBe('not-yet-valid')
    expect(outcome(presigned(), { maxExpiresSeconds: 600 })).toBe('expiry-out-of-range')
    expect(outcome(presigned(), { maxExpiresSeconds: 900 })).toBe('verified')
  })

  const withDate = (...headers: Header[]): WireRequest => ({
    ...get,
    headers: [
      host,
      ...headers,
      [
        'authorization',
        `AWS4-HMAC-SHA256 Credential=AKIDTEST/20260314/eu-central-1/s3/aws4_request, SignedHeaders=${headers.some(([n]) => n === 'x-amz-date') ? 'host;x-amz-date' : 'host'}, Signature=${'0'.repeat(64)}`,
      ],
    ],
  })
  it.each([
    ['no date', [], 'no-date'],
    ['an impossible day', [['x-amz-date', '20260230T092653Z']], 'malformed-date'],
    ['a fraction of a second', [['x-amz-date', '20260314T092653.5Z']], 'malformed-date'],
    ['an HTTP date in x-amz-date', [['x-amz-date', 'Sat, 14 Mar 2026 09:26:53 GMT']], 'malformed-date'],
    ['a wrong weekday', [['date', 'Sun, 14 Mar 2026 09:26:53 GMT']], 'malformed-date'],
    [
      'two dates',
      [
        ['x-amz-date', '20260314T092653Z'],
        ['x-amz-date', '20260314T092653Z'],
      ],
      'duplicate-header',
    ],
  ] satisfies [string, Header[], string][])(
    'parseRequest refuses a signed request with %s',
    (_, headers, code) => {
      expect(outcome(withDate(...headers))).toBe(code)
    },
  )

  it('parseRequest uses the Date header when x-amz-date is missing', () => {
    const parsed = parseRequest(withDate(['date', 'Sat, 14 Mar 2026 09:26:53 GMT']), policy)
    // The date was accepted: the request is refused because the rules of S3 require a payload hash.
    expect(parsed.ok ? parsed : parsed.refusal.code).toBe('no-payload-hash')
    const general = parseRequest(withDate(['date', 'Sat, 14 Mar 2026 09:26:53 GMT']), {
      ...policy,
      rules: generalRules,
    })
    expect(general.ok && general.value.timestamp).toBe('20260314T092653Z')
  })
})
