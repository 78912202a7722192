import { hash } from 'node:crypto'
import { makeIssuerKey, startTestIssuer, type TestIssuer } from '@headgate/testkit'
import { type JWTPayload, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ExternalPurpose } from '../external.ts'
import { IssuerTokens } from './external-tokens.ts'
import type { Issuer } from './issuer.ts'
import { audience, makeIssuer, testService } from '../../../test/identity/issuers/issuers.ts'

const tokenEndpoint = 'https://catalog.example'

let idp: TestIssuer
beforeAll(async () => {
  idp = await startTestIssuer()
})
afterAll(() => idp[Symbol.asyncDispose]())

function openTokens(settings: Partial<Issuer> = {}, now?: () => number): IssuerTokens {
  const clock = now === undefined ? {} : { now }
  return new IssuerTokens({ issuers: [makeIssuer(idp.issuer, settings)], tokenEndpoint, ...clock })
}

async function outcome(
  token: string,
  { settings = {}, purpose = 'bearer' }: { settings?: Partial<Issuer>; purpose?: ExternalPurpose } = {},
): Promise<string> {
  const verification = await openTokens(settings).verify(token, purpose)
  return verification.ok ? 'good' : verification.reason
}

const alice: JWTPayload = { sub: 'u-1', aud: audience }

describe('A token of a configured issuer', () => {
  test('a token of a configured issuer identifies its subject by the configured claims', async () => {
    const token = await idp.sign({
      ...alice,
      preferred_username: 'alice',
      name: 'Alice A.',
      realm_access: { roles: ['b', 'a', 'a', 7] },
      azp: 'cli',
      auth_time: 1_700_000_000,
      jti: 'x-1',
    })
    const { claims } = makeIssuer('')
    const tokens = openTokens({ claims: { ...claims, groups: ['realm_access', 'roles'] } })
    expect(await tokens.verify(token, 'bearer')).toMatchObject({
      ok: true,
      value: {
        issuer: idp.issuer,
        subject: 'u-1',
        login: 'alice',
        name: 'Alice A.',
        groups: ['a', 'b'],
        actor: null,
        mayAct: null,
        clientId: 'cli',
        authTime: 1_700_000_000_000,
        id: 'x-1',
      },
    })
  })

  test('a token of a configured issuer states no groups without a groups claim, and an empty claim states that the user is in no group', async () => {
    const readGroups = async (claims: JWTPayload): Promise<unknown> => {
      const verification = await openTokens().verify(await idp.sign({ ...alice, ...claims }), 'bearer')
      return verification.ok ? verification.value.groups : verification
    }
    expect(await readGroups({})).toBeNull()
    expect(await readGroups({ groups: { a: 1 } })).toBeNull()
    expect(await readGroups({ groups: [] })).toEqual([])
    expect(await readGroups({ groups: 'one' })).toEqual(['one'])
    expect(await readGroups({ groups: ['a\ud800', 'b'] })).toEqual(['b'])
  })

  test.each<[string, Record<string, unknown>, string]>([
    ['another audience', { aud: 'other' }, 'wrong audience'],
    ['no audience', { aud: undefined }, 'wrong audience'],
    ['no subject', { sub: undefined }, 'wrong claims'],
    ['a subject that is not a text', { sub: 7 }, 'wrong claims'],
    ['a subject that cannot be stored as it is', { sub: 'a\ud800b' }, 'wrong claims'],
    ['no end', { exp: undefined }, 'wrong claims'],
    ['an end after all dates', { exp: 9_223_372_036_854_776_000 }, 'wrong claims'],
    ['an issue before all dates', { iat: -1e300 }, 'wrong claims'],
    ['a log-in after all dates', { auth_time: 1e300 }, 'wrong claims'],
    ['an end in the past', { exp: 1 }, 'expired'],
    ['a beginning in the future', { nbf: 4_000_000_000 }, 'not yet valid'],
    ['an issue in the future', { iat: 4_000_000_000, exp: 4_000_000_100 }, 'not yet valid'],
    ['a nonce, as id_tokens have', { nonce: 'n' }, 'wrong type'],
    ['an at_hash, as id_tokens have', { at_hash: 'h' }, 'wrong type'],
    ['the typ ID of Keycloak', { typ: 'ID' }, 'wrong type'],
    ['the typ Refresh of Keycloak', { typ: 'Refresh' }, 'wrong type'],
    ['its client for an audience and no scope', { azp: audience }, 'wrong type'],
    ['events, as logout tokens have', { events: {} }, 'wrong type'],
    ['another issuer', { iss: 'https://evil.example' }, 'unknown issuer'],
    ['almost its issuer', { iss: 'http://127.0.0.1/' }, 'unknown issuer'],
    ['an act without a name', { act: {} }, 'wrong claims'],
    ['a key that it is bound to (DPoP)', { cnf: { jkt: 'x' } }, 'wrong claims'],
    ['a certificate that it is bound to (mutual TLS)', { cnf: { 'x5t#S256': 'x' } }, 'wrong claims'],
  ])('a token of a configured issuer cannot be used with %s', async (_, claims, reason) => {
    expect(await outcome(await idp.sign({ ...alice, ...claims }))).toBe(reason)
  })

  test('an access token with another typ is refused', async () => {
    for (const typ of ['logout+jwt', 'dpop+jwt', 'secevent+jwt', 'id_token+jwt', 'oauth-id-jag+jwt'])
      expect(await outcome(await idp.sign(alice, { header: { typ } }))).toBe('wrong type')
    for (const typ of ['JWT', 'at+jwt', 'application/at+jwt'])
      expect(await outcome(await idp.sign(alice, { header: { typ } }))).toBe('good')
  })

  test('a token without the typ at+jwt is refused if the configuration of its issuer requires this typ', async () => {
    const settings = { tokenType: 'at+jwt' } as const
    expect(await outcome(await idp.sign(alice), { settings })).toBe('wrong type')
    expect(await outcome(await idp.sign(alice, { header: { typ: 'JWT' } }), { settings })).toBe('wrong type')
    expect(await outcome(await idp.sign(alice, { header: { typ: 'at+jwt' } }), { settings })).toBe('good')
  })

  test('a token with the signature of another key or algorithm than those of its issuer is refused', async () => {
    const foreign = await makeIssuerKey('ES256', idp.key.kid)
    expect(await outcome(await idp.sign(alice, { key: foreign }))).toBe('wrong signature')
    expect(await outcome(await idp.sign(alice, { key: await makeIssuerKey() }))).toBe('unknown key')
    const token = await idp.sign(alice, { key: foreign, header: { jwk: foreign.publicJwk } })
    expect(await outcome(token)).toBe('wrong signature')
    const settings = { algorithms: ['RS256'] }
    expect(await outcome(await idp.sign(alice), { settings })).toBe('wrong algorithm')
    const secret = Buffer.from(JSON.stringify(idp.key.publicJwk))
    const confused = await new SignJWT({ ...alice, iss: idp.issuer, exp: 4_000_000_000, iat: 1 })
      .setProtectedHeader({ alg: 'HS256', kid: idp.key.kid })
      .sign(secret)
    expect(await outcome(confused)).toBe('wrong algorithm')
    const [, payload = ''] = (await idp.sign(alice)).split('.')
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')
    expect(await outcome(`${none}.${payload}.`)).toBe('wrong algorithm')
  })

  test('a token of a configured issuer causes requests only to the configured issuer, and to no URL in its header', async () => {
    await using evil = await testService(() => ({ body: { keys: [] } }))
    const token = await idp.sign(
      { ...alice, iss: evil.url },
      { header: { jku: `${evil.url}/keys`, x5u: `${evil.url}/x` } },
    )
    expect(await outcome(token)).toBe('unknown issuer')
    expect(await outcome(await idp.sign(alice, { header: { jku: `${evil.url}/keys` } }))).toBe('good')
    expect(evil.asked).toEqual([])
  })

  test('a token of a configured issuer names the engine that acts in the claim act or a configured azp, and is refused with any other azp', async () => {
    const settings = { actors: new Set(['trino']), clients: new Set(['cli']) }
    const readActor = async (claims: JWTPayload, more: Partial<Issuer> = {}): Promise<unknown> => {
      const verification = await openTokens({ ...settings, ...more }).verify(
        await idp.sign({ ...alice, scope: 'x', ...claims }),
        'bearer',
      )
      return verification.ok ? verification.value.actor : verification.reason
    }
    expect(await readActor({ azp: 'trino' })).toEqual({ issuer: idp.issuer, subject: 'trino' })
    expect(await readActor({ client_id: 'trino' })).toEqual({ issuer: idp.issuer, subject: 'trino' })
    expect(await readActor({ cid: 'trino' })).toEqual({ issuer: idp.issuer, subject: 'trino' })
    expect(await readActor({ azp: 'cli' })).toBeNull()
    expect(await readActor({ azp: 'other' })).toBe('unknown client')
    expect(await readActor({})).toBe('unknown client')
    expect(await readActor({ azp: 'trino', sub: 'trino' })).toBeNull()
    const act = { iss: 'https://engines.example', sub: 'spark', act: { sub: 'older' } }
    expect(await readActor({ azp: 'cli', act })).toEqual({
      issuer: 'https://engines.example',
      subject: 'spark',
    })
    const { claims } = makeIssuer('')
    const service = { claims: { ...claims, service: ['client_id'] } }
    expect(await readActor({ azp: 'trino', client_id: 'trino' }, service)).toBeNull()
    expect(await readActor({ azp: 'anybody' }, { actors: null, clients: null })).toBeNull()
  })

  test('a token is accepted as the subject of a token exchange only if its kind is configured', async () => {
    const idToken = await idp.sign({ sub: 'u-1', aud: 'app', nonce: 'n' })
    expect(await outcome(idToken, { purpose: 'subject' })).toBe('wrong type')
    const settings = { subjectTokens: new Set(['id_token'] as const), idTokenAudiences: ['app'] }
    expect(await outcome(idToken, { purpose: 'subject', settings })).toBe('good')
    expect(await outcome(idToken, { purpose: 'bearer', settings })).toBe('wrong type')
    expect(await outcome(await idp.sign(alice), { purpose: 'subject', settings })).toBe('wrong type')
    const foreign = await idp.sign({ sub: 'u-1', aud: 'other-app', nonce: 'n' })
    expect(await outcome(foreign, { purpose: 'subject', settings })).toBe('wrong audience')
  })

  test('a token of a configured issuer authenticates a workload only if its audience is the token endpoint', async () => {
    const purpose = 'client'
    expect(await outcome(await idp.sign(alice), { purpose })).toBe('wrong audience')
    expect(await outcome(await idp.sign({ ...alice, aud: tokenEndpoint }), { purpose })).toBe('good')
    expect(await outcome(await idp.sign({ ...alice, aud: tokenEndpoint }))).toBe('wrong audience')
  })

  test('a token of a configured issuer allows as much clock skew as configured, and no more', async () => {
    const settings = { leewayMs: 60_000 }
    const token = await idp.sign(alice, { now: Date.now() - 330_000 })
    expect(await outcome(token, { settings })).toBe('good')
    expect(await outcome(token, { settings: { leewayMs: 0 } })).toBe('expired')
    const early = await idp.sign(alice, { now: Date.now() + 30_000 })
    expect(await outcome(early, { settings })).toBe('good')
    expect(await outcome(early, { settings: { leewayMs: 0 } })).toBe('not yet valid')
  })

  test('an expired token is refused, even if its verification is cached', async () => {
    let ahead = 0
    const tokens = openTokens({ leewayMs: 0 }, () => Date.now() + ahead)
    const token = await idp.sign({ ...alice, exp: Math.floor(Date.now() / 1000) + 20 })
    expect(await tokens.verify(token, 'bearer')).toMatchObject({ ok: true })
    ahead = 21_000
    expect(await tokens.verify(token, 'bearer')).toMatchObject({ ok: false, reason: 'expired' })
  })
})

describe('The keys of an issuer', () => {
  test('the server loads keys once for concurrent tokens, again for a new key, and not for every unknown key', async () => {
    await using issuer = await startTestIssuer()
    const tokens = new IssuerTokens({ issuers: [makeIssuer(issuer.issuer)], tokenEndpoint })
    const many = await Promise.all(Array.from({ length: 20 }, () => issuer.sign(alice)))
    const verified = await Promise.all(many.map((token) => tokens.verify(token, 'bearer')))
    expect(verified.every(({ ok }) => ok)).toBe(true)
    expect(issuer.keyReads).toBe(1)
    for (let turn = 0; turn < 5; turn += 1) {
      const token = await issuer.sign(alice, { key: await makeIssuerKey() })
      expect(await tokens.verify(token, 'bearer')).toMatchObject({ reason: 'unknown key' })
    }
    expect(issuer.keyReads).toBe(1)
  })

  test('the server does not report a token as invalid if it cannot load the keys of the issuer, and sends no further request to the issuer for a short time', async () => {
    await using issuer = await startTestIssuer()
    const token = await issuer.sign(alice)
    issuer.failWith(503)
    const tokens = new IssuerTokens({ issuers: [makeIssuer(issuer.issuer)], tokenEndpoint })
    for (let turn = 0; turn < 3; turn += 1)
      await expect(tokens.verify(token, 'bearer')).rejects.toMatchObject({ code: 'unavailable' })
    issuer.failWith(null)
    await new Promise((resolve) => setTimeout(resolve, 2_100))
    expect(await tokens.verify(token, 'bearer')).toMatchObject({ ok: true })
  })

  test('the server accepts no token of an issuer with malformed keys', async () => {
    const broken = { ...idp.key.publicJwk, x: 'AA', y: 'AA' }
    await using service = await testService((path) =>
      path === '/jwks'
        ? { body: { keys: [broken] } }
        : { body: { issuer: service.url, jwks_uri: `${service.url}/jwks` } },
    )
    const tokens = new IssuerTokens({ issuers: [makeIssuer(service.url)], tokenEndpoint })
    const token = await idp.sign({ ...alice, iss: service.url })
    expect(await tokens.verify(token, 'bearer')).toMatchObject({ ok: false, reason: 'unknown key' })
  })

  test.each<[string, (url: string) => object, number?]>([
    ['metadata of another issuer', (url) => ({ issuer: `${url}/`, jwks_uri: `${url}/jwks` })],
    ['keys elsewhere without TLS', (url) => ({ issuer: url, jwks_uri: 'http://192.0.2.1/jwks' })],
    ['no keys', (url) => ({ issuer: url })],
    ['a redirect', (url) => ({ issuer: url, jwks_uri: `${url}/moved` })],
    ['too much', (url) => ({ issuer: url, jwks_uri: `${url}/large` })],
    ['no JSON', (url) => ({ issuer: url, jwks_uri: `${url}/html` })],
  ])(
    'the keys of an issuer are not loaded when its metadata or key set is wrong: %s',
    async (_, metadata) => {
      await using service = await testService((path) => {
        if (path.endsWith('openid-configuration')) return { body: metadata(service.url) }
        if (path === '/moved') return { status: 302, headers: { location: idp.jwksUri } }
        if (path === '/large') return { body: { keys: [idp.key.publicJwk], more: 'x'.repeat(600_000) } }
        if (path === '/html') return { body: '<html>' }
        return { body: { keys: [idp.key.publicJwk] } }
      })
      const tokens = new IssuerTokens({ issuers: [makeIssuer(service.url)], tokenEndpoint })
      const token = await idp.sign({ ...alice, iss: service.url })
      await expect(tokens.verify(token, 'bearer')).rejects.toMatchObject({ code: 'unavailable' })
    },
  )
})

describe('Introspection', () => {
  const clientSecret = { reveal: () => 's3cret:%' }
  const settings = (url: string, tokens: 'opaque' | 'all'): Partial<Issuer> => ({
    introspection: {
      endpoint: `${url}/introspect`,
      clientId: 'head gate',
      clientSecret,
      tokens,
      cacheMs: 30_000,
    },
  })
  const hour = (): number => Math.floor(Date.now() / 1000) + 3_600

  test('introspection identifies the subject of an opaque token, and its response is cached', async () => {
    await using service = await testService(() => ({
      body: { active: true, sub: 'u-1', aud: audience, exp: hour(), username: 'x', client_id: 'cli' },
    }))
    let ahead = 0
    const tokens = openTokens(settings(service.url, 'opaque'), () => Date.now() + ahead)
    for (let turn = 0; turn < 3; turn += 1)
      expect(await tokens.verify('opaque-1', 'bearer')).toMatchObject({ ok: true, value: { subject: 'u-1' } })
    expect(service.asked).toHaveLength(1)
    expect(service.asked[0]).toMatchObject({
      authorization: `Basic ${Buffer.from('head%20gate:s3cret%3A%25').toString('base64')}`,
      body: 'token=opaque-1&token_type_hint=access_token',
    })
    ahead = 31_000
    await tokens.verify('opaque-1', 'bearer')
    expect(service.asked).toHaveLength(2)
  })

  test('introspection accepts the group names that PostgreSQL can store, and ignores the others', async () => {
    const [name, preferred_username] = ['n\0', 'l\0']
    const said = { name, preferred_username, groups: ['g\0', 'g'] }
    await using service = await testService(() => ({
      body: { active: true, sub: 'u-1', aud: audience, exp: hour(), ...said },
    }))
    const verification = await openTokens(settings(service.url, 'opaque')).verify('opaque-2', 'bearer')
    expect(verification).toMatchObject({ ok: true, value: { name: null, login: null, groups: ['g'] } })
  })

  test.each<[string, object, string]>([
    ['it is not active', { active: false }, 'not active'],
    ['it says something else than true', { active: 'true', sub: 'u-1', aud: audience }, 'not active'],
    [
      'its audience is another server',
      { active: true, sub: 'u-1', aud: 'other', exp: hour() },
      'wrong audience',
    ],
    ['it does not say for whom', { active: true, sub: 'u-1', exp: hour() }, 'wrong audience'],
    [
      'it is of another issuer',
      { active: true, iss: 'https://b', sub: 'u', aud: audience, exp: hour() },
      'wrong audience',
    ],
    ['it has no subject', { active: true, aud: audience, exp: hour() }, 'wrong claims'],
    [
      'its subject cannot be stored',
      { active: true, sub: 'u\0', aud: audience, exp: hour() },
      'wrong claims',
    ],
    ['it has no end', { active: true, sub: 'u-1', aud: audience }, 'wrong claims'],
    ['it is over', { active: true, sub: 'u-1', aud: audience, exp: 1 }, 'expired'],
  ])('introspection refuses an opaque token when %s', async (_, body, reason) => {
    await using service = await testService(() => ({ body }))
    expect(await outcome('opaque-2', { settings: settings(service.url, 'opaque') })).toBe(reason)
  })

  test('introspection refuses users that the issuer disabled, when JWTs are introspected too', async () => {
    let active = true
    await using service = await testService(() => ({ body: { active } }))
    let ahead = 0
    const tokens = openTokens(settings(service.url, 'all'), () => Date.now() + ahead)
    const token = await idp.sign({ ...alice, exp: hour() })
    expect(await tokens.verify(token, 'bearer')).toMatchObject({ ok: true })
    active = false
    ahead = 30_001
    expect(await tokens.verify(token, 'bearer')).toMatchObject({ ok: false, reason: 'not active' })
    // Invalid tokens that are refused without a request to the issuer.
    const before = service.asked.length
    await tokens.verify(await idp.sign({ ...alice, aud: 'other' }), 'bearer')
    expect(service.asked).toHaveLength(before)
  })

  test('introspection recovers from a failure, does not report it as a refused token, and reveals no secret', async () => {
    await using service = await testService(() => ({ status: 500, body: hash('sha256', 'x') }))
    const tokens = openTokens(settings(service.url, 'opaque'))
    const failure = await tokens.verify('opaque-3', 'bearer').catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'unavailable' })
    expect(JSON.stringify([String(failure), failure])).not.toMatch(/s3cret|opaque-3/)
  })

  test('introspection runs a limited number of requests, and unknown tokens do not evict valid ones', async () => {
    const { promise: open, resolve } = Promise.withResolvers<undefined>()
    const good = { active: true, sub: 'u-1', aud: audience, exp: hour() }
    await using service = await testService(async (_, body) => {
      if (body.includes('good')) return { body: good }
      await open
      return { body: { active: false } }
    })
    const tokens = new IssuerTokens({
      issuers: [makeIssuer(idp.issuer, settings(service.url, 'opaque'))],
      tokenEndpoint,
      maxCached: 1,
    })
    expect(await tokens.verify('good', 'bearer')).toMatchObject({ ok: true })
    const made = Array.from({ length: 80 }, (_, i) => tokens.verify(`made-up-${i}`, 'bearer'))
    const refused = Promise.allSettled(made.slice(64))
    expect((await refused).map(({ status }) => status)).toEqual(Array.from({ length: 16 }, () => 'rejected'))
    resolve(undefined)
    for (const one of await Promise.all(made.slice(0, 64)))
      expect(one).toMatchObject({ reason: 'not active' })
    const asked = service.asked.length
    expect(await tokens.verify('good', 'bearer')).toMatchObject({ ok: true })
    expect(service.asked).toHaveLength(asked)
  })

  test('introspection does not run for opaque tokens when it is not configured', async () => {
    expect(await outcome('opaque-4')).toBe('malformed')
    expect(await outcome('x'.repeat(20_000))).toBe('too long')
  })
})
