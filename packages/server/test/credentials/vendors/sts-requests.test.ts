import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { HeadgateError } from '@headgate/errors'
import { headerPairs, parseRequest, sha256Hex, verifySignature } from '@headgate/sigv4'
import * as fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { StaticVendor } from '../../../src/credentials/vendors/static.ts'
import { StsVendor } from '../../../src/credentials/vendors/sts.ts'
import { readStsResponse } from '../../../src/credentials/vendors/sts-response.ts'
import { toSessionName } from '../../../src/credentials/vendors/sts-session.ts'
import { makeIdentity, testGrant, testWarehouse } from './requests.ts'
import type { ProvenIdentity } from '../../../src/proven-identity.ts'
import { EndpointGuard } from '@headgate/storage'
import type { VendingProfile } from '../../../src/catalog/vending-profile.ts'

const keys = { accessKeyId: 'AKWAREHOUSE', secretAccessKey: 'warehouse-secret' }
const scope = { prefixes: ['s3://lake/a/'], access: 'read' } as const

const makeResponse = (expiration: number): string => `<?xml version="1.0"?>
<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>secret/1+2</SecretAccessKey><SessionToken>token&amp;1==</SessionToken>
<Expiration>${new Date(expiration).toISOString()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`
const makeError = (code: string, message = 'no'): string =>
  `<ErrorResponse><Error><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`

interface Said {
  readonly status: number
  readonly body: string
  readonly location?: string
}

/** Token service (STS) that records requests and returns configured responses. */
let server: Server
let endpoint: string
let script: Said[]
let asked: { form: URLSearchParams; signed: boolean; target: string }[]

beforeAll(async () => {
  server = createServer((request, response) => {
    void (async () => {
      let body = ''
      for await (const chunk of request) body += String(chunk)
      const wire = {
        method: request.method ?? '',
        target: request.url ?? '',
        headers: headerPairs(request.rawHeaders),
      }
      const parsed = parseRequest(wire, { services: ['sts'], regions: ['us-east-1'], now: new Date() })
      const verified =
        parsed.ok && verifySignature(parsed.value, keys.secretAccessKey, { bodySha256: sha256Hex(body) })
      const signed = verified !== false && verified.ok
      asked.push({ form: new URLSearchParams(body), signed, target: wire.target })
      const said = script.shift() ?? { status: 200, body: makeResponse(Date.now() + 3_600_000) }
      response.writeHead(said.status, said.location === undefined ? {} : { location: said.location })
      response.end(said.body)
    })()
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))
beforeEach(() => {
  script = []
  asked = []
})

function vend(
  profile: Partial<Extract<VendingProfile, { mode: 'sts' }>> = {},
  { identity, notAfter }: { readonly identity?: ProvenIdentity; readonly notAfter?: number } = {},
  vendor = new StsVendor(),
): ReturnType<StsVendor['mint']> {
  const warehouse = testWarehouse({ mode: 'sts', ...profile }, { bucket: 'lake', endpoint }, keys)
  const [grant, expiresAt] = testGrant(warehouse, scope)
  return vendor.mint(identity === undefined ? grant : { ...grant, identity }, notAfter ?? expiresAt)
}

describe('The request to a security token service', () => {
  test('an STS request is signed with the keys of the warehouse, and contains the session name, the policy and the duration', async () => {
    const access = await vend({ roleArn: 'arn:aws:iam::1:role/lake', externalId: 'ours' })
    expect(asked).toHaveLength(1)
    expect(asked[0]?.signed).toBe(true)
    const form = Object.fromEntries(asked[0]?.form ?? [])
    expect(form).toMatchObject({
      Action: 'AssumeRole',
      Version: '2011-06-15',
      RoleArn: 'arn:aws:iam::1:role/lake',
      ExternalId: 'ours',
      RoleSessionName: 'alice',
    })
    expect(Number(form['DurationSeconds'])).toBeGreaterThanOrEqual(3_590)
    expect(Number(form['DurationSeconds'])).toBeLessThanOrEqual(3_600)
    expect(form['Policy']).toContain('arn:aws:s3:::lake/a/*')
    expect(access.config).toEqual({
      's3.access-key-id': 'ASIA1',
      's3.secret-access-key': 'secret/1+2',
      's3.session-token': 'token&1==',
      's3.session-token-expires-at-ms': String(access.expiresAt),
      'client.region': 'us-east-1',
      's3.path-style-access': 'true',
      's3.endpoint': endpoint,
    })
  })

  test('an STS request is never sent to an address that the configuration does not allow', async () => {
    const guard = (named: readonly string[]): StsVendor =>
      new StsVendor({ endpoints: new EndpointGuard({ named, loopback: false }) })
    const atLocalhost = { stsEndpoint: endpoint.replace('127.0.0.1', 'localhost') }
    for (const profile of [{}, atLocalhost]) {
      const refused = vend(profile, {}, guard([]))
      await expect(refused).rejects.toMatchObject({ code: 'unavailable' })
      await expect(refused).rejects.toThrow('HEADGATE_PRIVATE_ENDPOINTS')
    }
    expect(asked).toEqual([])
    await vend({}, {}, guard(['127.0.0.1']))
    expect(asked).toHaveLength(1)
  })

  test('an STS request contains the principal and the engine as tags when the warehouse is configured so', async () => {
    const identity = makeIdentity(
      { id: 'p1', issuer: 'headgate', subject: 's', name: 'Alice <a@b> & co' },
      { id: 'e1', issuer: 'headgate', subject: 'spark', name: 'spark' },
    )
    await vend({ sessionTags: true }, { identity })
    const form = asked[0]?.form
    const tags = [1, 2, 3, 4].map((at) => [
      form?.get(`Tags.member.${at}.Key`),
      form?.get(`Tags.member.${at}.Value`),
    ])
    expect(tags).toEqual([
      ['headgate:principal', 'Alice _a@b_ _ co'],
      ['headgate:principal-id', 'p1'],
      ['headgate:actor', 'spark'],
      ['headgate:warehouse', 'wh'],
    ])
  })

  test('an STS request with a web identity contains the token, no signature, and no duration below the minimum', async () => {
    const tokens = { tokenFor: (identity: string) => Promise.resolve(`jwt of ${identity}`) }
    const vendor = new StsVendor({ tokens })
    script = [{ status: 200, body: makeResponse(Date.now() + 8_000) }]
    const access = await vend({ identity: 'user-token' }, { notAfter: Date.now() + 60_000 }, vendor)
    expect(asked[0]?.signed).toBe(false)
    expect(asked[0]?.form.get('Action')).toBe('AssumeRoleWithWebIdentity')
    expect(asked[0]?.form.get('WebIdentityToken')).toBe('jwt of user-token')
    expect(asked[0]?.form.has('DurationSeconds')).toBe(false)
    expect(access.expiresAt).toBeLessThan(Date.now() + 8_001)
    await expect(vend({ identity: 'server-token' })).rejects.toThrow(/has no server-token/)
  })

  test('an STS request uses the path of the configured endpoint', async () => {
    await vend({ stsEndpoint: `${endpoint}/sts/v1` })
    expect(asked[0]).toMatchObject({ target: '/sts/v1', signed: true })
  })

  test('the credential vendor never reports a longer lifetime for keys than it requested', async () => {
    script = [{ status: 200, body: makeResponse(Date.now() + 9_000_000) }]
    const notAfter = Date.now() + 3_600_000
    expect((await vend({}, { notAfter })).expiresAt).toBe(notAfter)
  })
})

describe('StsVendor', () => {
  test.each([
    [{ status: 503, body: '' }],
    [{ status: 500, body: makeError('InternalFailure') }],
    [{ status: 429, body: '' }],
    [{ status: 400, body: makeError('Throttling') }],
  ])('the credential vendor repeats the STS request after a temporary error (%j)', async (said) => {
    script = [said]
    await vend()
    expect(asked).toHaveLength(2)
    script = [said, said, said]
    await expect(vend()).rejects.toMatchObject({ code: 'unavailable' })
    expect(asked).toHaveLength(4)
  })

  test.each([
    ['AccessDenied', 'internal', /may assume the role/],
    ['PackedPolicyTooLarge', 'internal', /sessionTags/],
    ['InvalidClientTokenId', 'internal', /access keys/],
    ['RequestExpired', 'internal', /clock/],
    ['MalformedPolicyDocument', 'internal', /role, the keys and the endpoint/],
  ])(
    'the credential vendor does not repeat the STS request after %s, and its error contains advice',
    async (code, kind, advice) => {
      script = [{ status: 403, body: makeError(code) }]
      const attempt = vend()
      await expect(attempt).rejects.toMatchObject({ code: kind })
      await expect(attempt).rejects.toThrow(advice)
      expect(asked).toHaveLength(1)
    },
  )

  test.each([
    ['user-token', 'AccessDenied', 'forbidden', /does not accept a token for you/],
    [
      'user-token',
      'InvalidIdentityToken',
      'internal',
      /must be configured with this server as an OpenID provider/,
    ],
    ['user-token', 'ExpiredTokenException', 'internal', /clocks must agree/],
    ['user-token', 'InvalidParameterValue', 'internal', /claim with the name of a policy/],
    ['server-token', 'AccessDenied', 'internal', /trust the token in the file of HEADGATE_STS_/],
  ] as const)(
    'the error of the credential vendor contains advice when STS refuses a %s with %s',
    async (identity, code, kind, advice) => {
      const vendor = new StsVendor({ tokens: { tokenFor: () => Promise.resolve('jwt') } })
      script = [{ status: 400, body: makeError(code) }]
      const refused = vend({ identity }, {}, vendor)
      await expect(refused).rejects.toMatchObject({ code: kind })
      await expect(refused).rejects.toThrow(advice)
    },
  )

  test.each([['ExpiredTokenException'], ['ExpiredToken']])(
    'the credential vendor repeats the STS request with the current web identity token when STS reports an expired token (%s)',
    async (code) => {
      const files = ['old', 'new', 'later']
      const vendor = new StsVendor({ tokens: { tokenFor: () => Promise.resolve(files.shift() ?? '') } })
      script = [{ status: 400, body: makeError(code) }]
      await vend({ identity: 'server-token' }, {}, vendor)
      expect(asked.map(({ form }) => form.get('WebIdentityToken'))).toEqual(['old', 'new'])
      // A web identity token that was not renewed is a temporary error, not a fault of this server.
      script = [
        { status: 400, body: makeError(code) },
        { status: 400, body: makeError(code) },
      ]
      const refused = vend({ identity: 'server-token' }, {}, vendor)
      await expect(refused).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 5 })
      await expect(refused).rejects.toThrow(/TOKEN_FILE has expired. Check the program that renews it/)
    },
  )

  test('the credential vendor returns unavailable with the reason when the web identity token expires before the second attempt', async () => {
    let left = 1
    const expired = new HeadgateError('unavailable', 'The token in the file has expired.')
    const tokenFor = (): Promise<string> =>
      left-- > 0 ? Promise.resolve('the last one') : Promise.reject(expired)
    script = [{ status: 503, body: '' }]
    const vendor = new StsVendor({ tokens: { tokenFor } })
    await expect(vend({ identity: 'server-token' }, {}, vendor)).rejects.toBe(expired)
    expect(asked).toHaveLength(1)
  })

  test.each([
    ['a redirect', { status: 307, body: '', location: 'http://127.0.0.1:1/' }],
    ['another kind of response', { status: 200, body: '<html>' }],
    ['too long', { status: 200, body: 'x'.repeat(200_000) }],
    ['a truncated response', { status: 200, body: makeResponse(0).slice(0, 300) }],
  ])('the credential vendor fails after %s', async (_, said) => {
    script = [said, said]
    await expect(vend()).rejects.toMatchObject({ name: 'HeadgateError' })
  })

  test('the errors of the credential vendor never contain keys', async () => {
    script = [{ status: 403, body: makeError('AccessDenied', `for ${keys.accessKeyId}`) }]
    const error: unknown = await vend().catch((thrown: unknown) => thrown)
    expect(inspect(error, { depth: 10 })).toContain('AccessDenied')
    expect(inspect(error, { depth: 10 })).not.toContain(keys.secretAccessKey)
  })

  test('the errors of the credential vendor never contain a web identity token, also when the STS response contains the token', async () => {
    const token = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2ln-bmF0dXJl_'
    const vendor = new StsVendor({ tokens: { tokenFor: () => Promise.resolve(token) } })
    script = [{ status: 400, body: makeError('InvalidParameterValue', `the token ${token} has no policy`) }]
    const error: unknown = await vend({ identity: 'user-token' }, {}, vendor).catch(
      (thrown: unknown) => thrown,
    )
    expect(inspect(error, { depth: 10 })).toContain('the token (token) has no policy')
    expect(inspect(error, { depth: 10 })).not.toContain('eyJ')
  })

  test('the credential vendor parses any STS response without a crash, and never returns incomplete keys', () => {
    const whole = makeResponse(Date.now())
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(whole.length), fc.string(), (from, length, junk) => {
        const read = readStsResponse(whole.slice(0, from) + junk + whole.slice(from + length))
        if (read !== null) for (const value of Object.values(read)) expect(String(value)).not.toBe('')
      }),
    )
  })

  test('the credential vendor soon returns unavailable when STS cannot be reached', async () => {
    const away = testWarehouse({ mode: 'sts' }, { bucket: 'lake', endpoint: 'http://127.0.0.1:1' }, keys)
    const begin = Date.now()
    await expect(new StsVendor().mint(...testGrant(away, scope))).rejects.toMatchObject({
      code: 'unavailable',
    })
    expect(Date.now() - begin).toBeLessThan(8_000)
  })
})

describe('The name of a session', () => {
  const nameFor = (name: string, issuer = 'headgate', subject = name): string =>
    toSessionName({
      identity: makeIdentity({ id: subject, issuer, subject, name }),
    })

  test('the session name in an STS request always matches the pattern that STS allows', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.webUrl(), (name, issuer) => {
        expect(nameFor(name)).toMatch(/^[\w+=,.@-]{2,64}$/)
        expect(nameFor(name, issuer)).toMatch(/^[\w+=,.@-]{2,64}$/)
      }),
    )
  })

  test("the session name in an STS request contains the principal's name where possible, and differs between principals", () => {
    expect(nameFor('alice@example.com')).toBe('alice@example.com')
    const names = [
      nameFor('a b'),
      nameFor('a-b'),
      nameFor('a/b'),
      nameFor('x'.repeat(64)),
      nameFor('x'.repeat(65)),
      nameFor('x'.repeat(66)),
      nameFor('alice', 'https://a.example'),
      nameFor('alice', 'https://b.example'),
      nameFor('alice'),
    ]
    expect(new Set(names).size).toBe(names.length)
  })
})

test('StaticVendor returns long-lived keys only if the warehouse permits it', async () => {
  const store = { bucket: 'lake', endpoint }
  const vendor = new StaticVendor()
  const says = testWarehouse({ mode: 'static', longLivedKeysMayLeaveTheServer: true }, store, keys)
  expect((await vendor.mint(...testGrant(says, scope))).config['s3.secret-access-key']).toBe(
    'warehouse-secret',
  )
  const silent = testWarehouse({ mode: 'gateway' }, store, keys)
  await expect(vendor.mint(...testGrant(silent, scope))).rejects.toMatchObject({ code: 'internal' })
  const keyless = testWarehouse({ mode: 'static', longLivedKeysMayLeaveTheServer: true }, store, null)
  await expect(vendor.mint(...testGrant(keyless, scope))).rejects.toMatchObject({ code: 'internal' })
})
