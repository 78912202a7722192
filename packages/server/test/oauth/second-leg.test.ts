import { startTestIssuer, type TestIssuer } from '@headgate/testkit'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openExternal } from '../../src/identity/issuers/open-external.ts'
import { audience, makeIssuer, testService } from '../identity/issuers/issuers.ts'
import type { ExternalIdentities } from '../../src/identity/external.ts'
import type { Issuer, SecondLegSettings } from '../../src/identity/issuers/issuer.ts'
import {
  legClient,
  makeSecondLeg,
  legRefusal,
  legSecret,
  legToken,
  testLeg,
  type TestLeg,
} from '../identity/issuers/second-leg.ts'
import { insertFederation } from '../../src/store/client-federations.ts'
import { form, testEngines, type TestClient, type TestEngines } from './engines.ts'
import type { Reply } from './token-server.ts'
import { grantTypes, tokenTypes } from '../../src/oauth/token-types.ts'

let fixture: TestEngines
let leg: TestLeg
let trino: TestClient
let opened: ExternalIdentities | null = null
/** Replaces the configured issuers. */
let configure: (
  settings?: Partial<SecondLegSettings>,
  issuer?: Partial<Issuer>,
  more?: readonly Issuer[],
) => void

beforeAll(async () => {
  leg = await testLeg()
  let issuers: readonly Issuer[] = []
  fixture = await testEngines((idp) => {
    configure = (settings = {}, issuer = {}, more = []) => {
      const secondLeg = makeSecondLeg({ tokenEndpoint: `${leg.url}/token`, ...settings })
      issuers = [makeIssuer(idp.issuer, { secondLeg, ...issuer }), ...more]
      opened = null
    }
    configure()
    return (sql) => {
      opened ??= openExternal({ sql, issuers, tokenEndpoint: 'https://catalog.example', mark: () => sql })
      if (opened === null) throw new Error('no issuers are configured')
      return opened
    }
  })
  trino = await fixture.engine()
})

afterAll(async () => {
  await fixture[Symbol.asyncDispose]()
  await leg[Symbol.asyncDispose]()
})

beforeEach(() => {
  fixture.server.reset()
  configure()
  leg.asked.length = 0
  leg.respondWith(() => legToken(fixture.idp))
})

/** Returns a token of a user as an engine sends it. Its audience is this server's client at the issuer. */
function shown(claims: Readonly<Record<string, unknown>> = {}): Promise<string> {
  return fixture.idp.sign({ sub: 'alice', azp: 'app', aud: 'headgate', scope: 'x', ...claims })
}

async function exchange(claims: Readonly<Record<string, unknown>> = {}): Promise<Reply> {
  return fixture.exchange({ subject_token: await shown(claims) }, trino.basic)
}

async function readError(reply: Promise<Reply>): Promise<string> {
  const { status, body } = await reply
  return `${status} ${String(body['error'])}: ${String(body['error_description'])}`
}

/** Registers a subject of the issuer as the engine. */
async function known(subject: string): Promise<void> {
  await insertFederation(fixture.server.sql, trino.id, { issuer: fixture.idp.issuer, subject }, 16)
}

/** Returns the newest audit event. */
function audited(): Readonly<Record<string, unknown>> {
  return JSON.parse(fixture.server.lines.at(-1) ?? '{}') as Record<string, unknown>
}

describe('an exchange with a second exchange at the issuer (secondLeg)', () => {
  test('a second exchange at the issuer (secondLeg) sends the user token and the credentials of this server to the issuer, and returns a token of this server', async () => {
    const token = await shown()
    const reply = await fixture.exchange({ subject_token: token }, trino.basic)
    expect(reply).toMatchObject({ status: 200 })
    expect(await fixture.identity(reply)).toMatchObject({
      principal: { issuer: fixture.idp.issuer, subject: 'alice' },
      actors: [{ subject: trino.name }],
      obtainedBy: 'external-token',
    })
    expect(leg.asked).toHaveLength(1)
    expect(Object.fromEntries(leg.forms[0] ?? [])).toMatchObject({ subject_token: token, audience })
    expect(leg.asked[0]?.authorization).toMatch(/^Basic /)
    expect(audited()).toMatchObject({
      principal: `${fixture.idp.issuer}#alice`,
      actors: [trino.name],
      detail: { engine: trino.name, secondLeg: `generic-8693 at ${fixture.idp.issuer}` },
    })
  })

  test('a second exchange at the issuer (secondLeg) accepts requests of Iceberg clients and jwt-bearer assertions', async () => {
    const service = await fixture.token(trino)
    const dialect = {
      subject_token: await shown(),
      actor_token: service,
      actor_token_type: tokenTypes.accessToken,
    }
    expect(await fixture.exchange(dialect, { authorization: `Bearer ${service}` })).toMatchObject({
      status: 200,
    })
    const onBehalf = { grant_type: grantTypes.jwtBearer, assertion: await shown() }
    const reply = await fixture.server.post(form(onBehalf), trino.basic)
    expect(await fixture.identity(reply)).toMatchObject({ actors: [{ subject: trino.name }] })
    expect(leg.asked).toHaveLength(2)
  })

  test("a second exchange at the issuer (secondLeg) returns a token that expires at the earliest of the two tokens' expiries, expires_in and the engine's limit", async () => {
    const now = Math.floor(Date.now() / 1000)
    const life = async (ends: { user?: number; response?: number; said?: number }): Promise<number> => {
      const { user = 250, response = 250, said = 250 } = ends
      leg.respondWith(() => legToken(fixture.idp, { exp: now + response }, { expires_in: said }))
      const { body } = await exchange({ exp: now + user })
      return Math.round(Number(decodeJwt(String(body['access_token'])).exp) - now)
    }
    expect(await life({ user: 40 })).toBe(40)
    expect(await life({ response: 40 })).toBe(40)
    const said = await life({ said: 40 })
    expect(said).toBeGreaterThanOrEqual(39)
    // The lifetime counts from the response, which can be some seconds after `now` on a busy machine.
    expect(said).toBeLessThan(60)
  })

  test('a second exchange at the issuer (secondLeg) uses groups, login and name of the token that the issuer returns, and the authentication time of the user token', async () => {
    const now = Math.floor(Date.now() / 1000)
    leg.respondWith(() => legToken(fixture.idp, { sub: 'greta', groups: ['finance'], name: 'Greta' }))
    const reply = await exchange({
      sub: 'greta',
      groups: ['old'],
      name: 'g',
      auth_time: now - 900,
      iat: now - 60,
    })
    const { authTime, principal } = await fixture.identity(reply)
    expect(authTime).toBe((now - 900) * 1000)
    expect(principal.name).toBe('Greta')
    const later = await exchange({ sub: 'greta', iat: now - 60 })
    expect((await fixture.identity(later)).authTime).toBe((now - 60) * 1000)
  })

  test('the renewal of a session sends no request to the issuer', async () => {
    const { body } = await exchange()
    const own = String(body['access_token'])
    leg.respondWith(() => ({ status: 500 }))
    const renewal = await fixture.exchange({ subject_token: own }, { authorization: `Bearer ${own}` })
    expect(renewal).toMatchObject({ status: 200 })
    expect(leg.asked).toHaveLength(1)
  })
})

describe('a second leg is not requested for', () => {
  test('the server does not send a forged or expired token, a token for another client or a token of another type to the issuer', async () => {
    const now = Math.floor(Date.now() / 1000)
    for (const [claims, why] of [
      [{ aud: audience }, /aud of the token must contain headgate/],
      [{ aud: 'other' }, /aud/],
      [{ exp: now - 60 }, /expired/],
      [{ nonce: 'n' }, /id_token/],
      [{ may_act: { sub: 'somebody-else' } }, /may_act/],
      [{ act: { sub: 'nobody-here' } }, /names an actor/],
    ] as const)
      expect(await readError(exchange(claims)), JSON.stringify(claims)).toMatch(why)
    const [head, , signature] = (await shown()).split('.')
    const forged = `${head}.${Buffer.from(JSON.stringify(decodeJwt(await shown({ sub: 'bob' })))).toString('base64url')}.${signature}`
    expect(await readError(fixture.exchange({ subject_token: forged }, trino.basic))).toMatch(/signature/)
    expect(leg.asked).toEqual([])
  })

  test('the server sends no request to the issuer for a token of an engine, or for a client that is not an engine', async () => {
    await known('service-account-trino')
    expect(await readError(exchange({ sub: 'service-account-trino' }))).toMatch(/belongs to an engine/)
    const plain = await fixture.client()
    const reply = fixture.exchange({ subject_token: await shown() }, plain.basic)
    expect(await readError(reply)).toMatch(/unauthorized_client/)
    expect(leg.asked).toEqual([])
  })
})

describe('a second leg refuses a response token', () => {
  test.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
    ['of another user', { sub: 'bob' }, /its subject is not the subject/],
    [
      'of an actor that the user’s token does not name',
      { act: { sub: 'other' } },
      /its actor is not the actor/,
    ],
    ['for another audience', { aud: 'elsewhere' }, /The aud of the token must contain lakehouse/],
    ['that is an id_token', { at_hash: 'x' }, /id_token/],
    ['of another issuer', { iss: 'https://other.example' }, /claim iss/],
    ['that has expired', { exp: 1 }, /expired/],
  ])('a second exchange at the issuer (secondLeg) refuses a response token %s', async (_, claims, why) => {
    leg.respondWith(() => legToken(fixture.idp, claims))
    const text = await readError(exchange())
    expect(text).toMatch(/^400 invalid_grant: The issuer .* exchanged the token of the user, but/)
    expect(text).toMatch(why)
    expect(text).not.toContain('?')
    expect(text).toMatch(/secondLeg in HEADGATE_ISSUERS/)
    expect(audited()).toMatchObject({ outcome: 'denied', reason: expect.stringContaining('second leg') })
  })

  test('the server refuses a token of the issuer that is opaque, unsigned, or of an issuer that is not configured', async () => {
    const stranger = await startTestIssuer()
    const [, payload] = (await shown({ aud: audience })).split('.')
    const unsigned = `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${payload}.`
    for (const access_token of [
      'opaque',
      unsigned,
      await stranger.sign({ sub: 'alice', aud: audience, scope: 'x' }),
    ]) {
      leg.respondWith(() => ({ body: { access_token, token_type: 'Bearer', expires_in: 60 } }))
      expect(await readError(exchange())).toMatch(
        /^400 invalid_grant: .* this server cannot use the new token/,
      )
    }
    await stranger[Symbol.asyncDispose]()
  })

  test('the server refuses an opaque token of the issuer, unless introspection confirms the user and the audience', async () => {
    let says: Readonly<Record<string, unknown>> = {
      active: true,
      sub: 'alice',
      aud: audience,
      exp: 4_000_000_000,
    }
    await using asked = await testService(() => ({ body: says }))
    const clientSecret = { reveal: () => 's' }
    const introspection = {
      endpoint: asked.url,
      clientId: 'c',
      clientSecret,
      tokens: 'opaque',
      cacheMs: 0,
    } as const
    configure({}, { introspection })
    leg.respondWith(() => ({ body: { access_token: 'opaque', token_type: 'Bearer', expires_in: 60 } }))
    expect(await exchange()).toMatchObject({ status: 200 })
    says = { ...says, sub: 'bob' }
    expect(await readError(exchange())).toMatch(/its subject is not the subject/)
    says = { ...says, sub: 'alice', aud: 'elsewhere' }
    expect(await readError(exchange())).toMatch(/not for lakehouse/)
    says = { active: false }
    expect(await readError(exchange())).toMatch(/not active/)
  })
})

describe('lists of clients', () => {
  test("the configured lists of clients do not exclude this server's own client as the actor of a token that the issuer returns", async () => {
    configure({}, { clients: new Set(['app']), actors: new Set(['trino']) })
    for (const claims of [{}, { act: { sub: legClient.id } }]) {
      leg.respondWith(() => legToken(fixture.idp, claims))
      expect((await fixture.identity(await exchange())).actors).toMatchObject([{ subject: trino.name }])
    }
    leg.respondWith(() => legToken(fixture.idp, { azp: 'somebody' }))
    expect(await readError(exchange())).toMatch(/client \(azp\) that is not accepted/)
  })

  test('the lists clients and actors of an issuer apply to the token that the issuer returns in the second exchange, and an engine that this token already names as actor is not added again', async () => {
    configure({}, { clients: new Set(['app']), actors: new Set([`at-idp-${trino.name}`]) })
    await known(`at-idp-${trino.name}`)
    const reply = await exchange({ azp: `at-idp-${trino.name}` })
    expect((await fixture.identity(reply)).actors).toHaveLength(1)
    const may = { may_act: { sub: `at-idp-${trino.name}` } }
    leg.respondWith(() => legToken(fixture.idp, may))
    expect(await exchange({ ...may })).toMatchObject({ status: 200 })
    leg.respondWith(() => legToken(fixture.idp, { may_act: { sub: 'other' } }))
    expect(await readError(exchange())).toMatch(/may_act/)
    expect(await readError(exchange({ ...may }))).toMatch(/claim may_act differs/)
  })
})

describe('when the issuer refuses', () => {
  test.each([
    ['invalid_grant', 400, /sign in again/],
    ['invalid_client', 401, /operator of this server must check the client/],
    ['unauthorized_client', 400, /must allow the exchange for its client/],
    ['invalid_target', 400, /correct the audience/],
    ['invalid_scope', 400, /correct the scope/],
    ['interaction_required', 400, /requires an interaction/],
    ['something_new', 400, /log of this server/],
    ['<script>', 400, /\(refused\)/],
  ])(
    'the error of an exchange whose issuer answers %s contains the next step',
    async (error, status, remedy) => {
      leg.respondWith((sent) =>
        legRefusal(error, `no to ${sent.get('subject_token')} of ${legSecret}`, status),
      )
      const text = await readError(exchange())
      expect(text).toMatch(/^400 invalid_grant: The issuer .* did not exchange the token of the user/)
      expect(text).toMatch(remedy)
      // The server replaces each character that error_description cannot contain by a question mark. This text has no
      // such character.
      expect(text).not.toContain('?')
    },
  )

  test('the error and the audit event of a refused exchange contain neither a token nor the client secret', async () => {
    const token = await shown()
    leg.respondWith(() => legRefusal('invalid_grant', `no to ${token} by ${legSecret}`))
    await fixture.exchange({ subject_token: token }, trino.basic)
    expect(audited()).toMatchObject({
      reason: expect.stringMatching(/refused token-exchange: invalid_grant/),
    })
    const all = [...fixture.server.lines, ...fixture.server.logged].join('\n')
    expect(all).not.toContain(token)
    expect(all).not.toContain(legSecret)
  })

  test('after a refusal by the issuer, the server does not send the same token again for some time', async () => {
    leg.respondWith(() => legRefusal('invalid_grant'))
    const token = await shown()
    for (let turn = 0; turn < 3; turn += 1)
      expect(await readError(fixture.exchange({ subject_token: token }, trino.basic))).toMatch(
        /invalid_grant/,
      )
    expect(leg.asked).toHaveLength(1)
    await exchange()
    expect(leg.asked).toHaveLength(2)
  })
})

describe('when the issuer fails', () => {
  const unavailable = { status: 503, body: { error: 'temporarily_unavailable' } }

  test.each<[string, () => ReturnType<Parameters<TestLeg['respondWith']>[0]>]>([
    ['status 500', () => ({ status: 500 })],
    ['status 429', () => legRefusal('slow_down', 'later', 429)],
    ['a body that is not JSON', () => ({ body: 'no json' })],
    ['no access token', () => ({ body: { token_type: 'Bearer' } })],
  ])('when the issuer answers with %s, the error asks the client to try again', async (_, response) => {
    leg.respondWith(response)
    const reply = await exchange()
    expect(reply).toMatchObject(unavailable)
    expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0)
    expect(audited()).toMatchObject({ reason: expect.stringMatching(/^unavailable: .{20}/) })
  })

  test('when the issuer does not answer, closes the connection or has no metadata, the error asks the client to try again', async () => {
    const late = Promise.withResolvers<void>()
    leg.respondWith(async () => {
      await late.promise
      return legToken(fixture.idp)
    })
    configure({ timeoutMs: 150 })
    expect(await exchange()).toMatchObject(unavailable)
    late.resolve()
    configure({ tokenEndpoint: 'http://127.0.0.1:1/token' })
    expect(await exchange()).toMatchObject(unavailable)
    await using broken = await testService((path) => ({ status: path === '/jwks' ? 200 : 500 }))
    configure({ tokenEndpoint: null }, { keys: { from: 'metadata', uri: `${broken.url}/metadata` } })
    expect(await exchange()).toMatchObject(unavailable)
  })

  test('when the issuer redirects, the server does not send its client secret to the new address', async () => {
    await using trap = await testService(() => legToken(fixture.idp))
    leg.respondWith(() => ({ status: 307, headers: { location: `${trap.url}/token` } }))
    expect(await readError(exchange())).toMatch(/^400 invalid_grant/)
    expect(trap.asked).toEqual([])
  })
})

describe('concurrent exchanges', () => {
  test('concurrent exchanges of the same token share one request to the issuer', async () => {
    const token = await shown()
    await exchange()
    const verified = await opened?.tokens.verify(token, 'subject')
    if (opened === null || verified?.ok !== true) throw new Error('the token is not good')
    const { secondLegs } = opened
    leg.asked.length = 0
    const responses = await Promise.all([1, 2, 3, 4].map(() => secondLegs.ask(token, verified.value)))
    expect(responses.map(({ ok }) => ok)).toEqual([true, true, true, true])
    expect(leg.asked).toHaveLength(1)
  })

  test('concurrent exchanges send at most 64 requests to the issuer; further exchanges get 503 with Retry-After', async () => {
    const gate = Promise.withResolvers<void>()
    leg.respondWith(async () => {
      await gate.promise
      return legToken(fixture.idp)
    })
    configure({ timeoutMs: 25_000 })
    const replies = Array.from({ length: 70 }, () => exchange())
    const busy: Reply[] = []
    for (const reply of replies) void reply.then((each) => busy.push(each))
    await expect.poll(() => busy.length).toBe(6)
    for (const each of busy) expect(each).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
    gate.resolve()
    const statuses = (await Promise.all(replies)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(64)
    expect(leg.asked).toHaveLength(64)
  })
})

describe('profile', () => {
  test('the second exchange with the profile generic-7523 sends the user token to the issuer as an assertion', async () => {
    configure({ profile: 'generic-7523' })
    const token = await shown()
    expect(await fixture.exchange({ subject_token: token }, trino.basic)).toMatchObject({ status: 200 })
    expect(leg.forms[0]?.get('assertion')).toBe(token)
  })

  test('the second exchange with the profile google-sts requires a token in the response, and uses the user of the verified subject token', async () => {
    configure(
      { profile: 'google-sts', client: null, answer: 'opaque', subjectAudiences: ['workforce'] },
      { subjectTokens: new Set(['id_token', 'access_token']), idTokenAudiences: ['app'] },
    )
    leg.respondWith(() => ({ body: { access_token: 'ya29.opaque', token_type: 'Bearer', expires_in: 60 } }))
    const reply = await exchange({ aud: 'workforce' })
    expect(await fixture.identity(reply)).toMatchObject({ principal: { subject: 'alice' } })
    expect(Number(reply.body['expires_in'])).toBeLessThanOrEqual(60)
    expect(leg.forms[0]?.get('subject_token_type')).toBe(tokenTypes.jwt)
    expect(leg.asked[0]?.authorization).toBeUndefined()
    await exchange({ aud: 'app', nonce: 'n', scope: undefined })
    expect(leg.forms[1]?.get('subject_token_type')).toBe(tokenTypes.idToken)
    leg.respondWith(() => legRefusal('invalid_grant'))
    expect(await readError(exchange({ aud: 'workforce' }))).toMatch(/invalid_grant/)
  })

  test('the second exchange with the profile chained verifies the token in the response by the configuration of the other issuer', async () => {
    const other: TestIssuer = await startTestIssuer()
    await using last = await testLeg()
    const next = {
      issuer: other.issuer,
      tokenEndpoint: `${last.url}/token`,
      client: { ...legClient, id: 'there' },
      target: { audiences: [], resources: [], scope: null, parameters: {} },
    }
    configure({ profile: 'chained', next }, {}, [makeIssuer(other.issuer, { clients: new Set() })])
    leg.respondWith(() => ({ body: { access_token: 'the-grant', token_type: 'N_A', expires_in: 60 } }))
    last.respondWith(() => legToken(other, { azp: 'there' }))
    const reply = await exchange()
    expect(last.forms[0]?.get('assertion')).toBe('the-grant')
    expect(await readError(Promise.resolve(reply))).toMatch(/^400 invalid_grant: The entry of the engine/)
    await fixture.set(trino, { subjects: [{ issuer: other.issuer, pattern: '*', groups: [] }] })
    const { principal } = await fixture.identity(await exchange())
    expect(principal).toMatchObject({ issuer: other.issuer, subject: 'alice' })
    last.respondWith(() => legToken(fixture.idp, { azp: 'there' }))
    expect(await readError(exchange())).toMatch(/cannot use the new token/)
    last.respondWith(() => legRefusal('invalid_grant'))
    expect(await readError(exchange())).toMatch(/did not exchange/)
    await fixture.set(trino, {})
    await other[Symbol.asyncDispose]()
  })
})
