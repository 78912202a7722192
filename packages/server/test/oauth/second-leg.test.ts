import { startTestIssuer, type TestIssuer } from '@headgate/testkit'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openExternal } from '../../src/identity/issuers/open-external.ts'
import { audience, issuerOf, testService } from '../identity/issuers/issuers.ts'
import type { ExternalIdentities } from '../../src/identity/external.ts'
import type { Issuer, SecondLegSettings } from '../../src/identity/issuers/issuer.ts'
import {
  legClient,
  legOf,
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

let world: TestEngines
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
  world = await testEngines((idp) => {
    configure = (settings = {}, issuer = {}, more = []) => {
      const secondLeg = legOf({ tokenEndpoint: `${leg.url}/token`, ...settings })
      issuers = [issuerOf(idp.issuer, { secondLeg, ...issuer }), ...more]
      opened = null
    }
    configure()
    return (sql) => {
      opened ??= openExternal({ sql, issuers, tokenEndpoint: 'https://catalog.example', mark: () => sql })
      if (opened === null) throw new Error('no issuers are configured')
      return opened
    }
  })
  trino = await world.engine()
})

afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await leg[Symbol.asyncDispose]()
})

beforeEach(() => {
  world.server.reset()
  configure()
  leg.asked.length = 0
  leg.answerWith(() => legToken(world.idp))
})

/** Returns a user's token as the engine holds it: its audience is the client of this server at the issuer. */
function shown(claims: Readonly<Record<string, unknown>> = {}): Promise<string> {
  return world.idp.sign({ sub: 'alice', azp: 'app', aud: 'headgate', scope: 'x', ...claims })
}

async function exchange(claims: Readonly<Record<string, unknown>> = {}): Promise<Reply> {
  return world.exchange({ subject_token: await shown(claims) }, trino.basic)
}

async function told(reply: Promise<Reply>): Promise<string> {
  const { status, body } = await reply
  return `${status} ${String(body['error'])}: ${String(body['error_description'])}`
}

/** Maps a subject at the issuer to the engine. */
async function known(subject: string): Promise<void> {
  await insertFederation(world.server.sql, trino.id, { issuer: world.idp.issuer, subject }, 16)
}

/** Returns the newest audit event. */
function audited(): Readonly<Record<string, unknown>> {
  return JSON.parse(world.server.lines.at(-1) ?? '{}') as Record<string, unknown>
}

describe('an exchange with a second leg', () => {
  test('sends the issuer the user token with the authentication of the server, and returns a token of the server', async () => {
    const token = await shown()
    const reply = await world.exchange({ subject_token: token }, trino.basic)
    expect(reply).toMatchObject({ status: 200 })
    expect(await world.identity(reply)).toMatchObject({
      principal: { issuer: world.idp.issuer, subject: 'alice' },
      actors: [{ subject: trino.name }],
      obtainedBy: 'external-token',
    })
    expect(leg.asked).toHaveLength(1)
    expect(Object.fromEntries(leg.forms[0] ?? [])).toMatchObject({ subject_token: token, audience })
    expect(leg.asked[0]?.authorization).toMatch(/^Basic /)
    expect(audited()).toMatchObject({
      principal: `${world.idp.issuer}#alice`,
      actors: [trino.name],
      detail: { engine: trino.name, secondLeg: `generic-8693 at ${world.idp.issuer}` },
    })
  })

  test('works in the form of Iceberg clients and for a jwt-bearer assertion', async () => {
    const service = await world.token(trino)
    const dialect = {
      subject_token: await shown(),
      actor_token: service,
      actor_token_type: tokenTypes.accessToken,
    }
    expect(await world.exchange(dialect, { authorization: `Bearer ${service}` })).toMatchObject({
      status: 200,
    })
    const onBehalf = { grant_type: grantTypes.jwtBearer, assertion: await shown() }
    const reply = await world.server.post(form(onBehalf), trino.basic)
    expect(await world.identity(reply)).toMatchObject({ actors: [{ subject: trino.name }] })
    expect(leg.asked).toHaveLength(2)
  })

  test('returns a token that expires with the earliest of both tokens, expires_in and the engine entry', async () => {
    const now = Math.floor(Date.now() / 1000)
    const life = async (ends: { user?: number; answer?: number; said?: number }): Promise<number> => {
      const { user = 250, answer = 250, said = 250 } = ends
      leg.answerWith(() => legToken(world.idp, { exp: now + answer }, { expires_in: said }))
      const { body } = await exchange({ exp: now + user })
      return Math.round(Number(decodeJwt(String(body['access_token'])).exp) - now)
    }
    expect(await life({ user: 40 })).toBe(40)
    expect(await life({ answer: 40 })).toBe(40)
    const said = await life({ said: 40 })
    expect(said).toBeGreaterThanOrEqual(39)
    // The lifetime counts from the response, which can be some seconds after `now` on a busy machine.
    expect(said).toBeLessThan(60)
  })

  test('takes groups, login and name from the response, and keeps the time of the user proof', async () => {
    const now = Math.floor(Date.now() / 1000)
    leg.answerWith(() => legToken(world.idp, { sub: 'greta', groups: ['finance'], name: 'Greta' }))
    const reply = await exchange({
      sub: 'greta',
      groups: ['old'],
      name: 'g',
      auth_time: now - 900,
      iat: now - 60,
    })
    const { authTime, principal } = await world.identity(reply)
    expect(authTime).toBe((now - 900) * 1000)
    expect(principal.name).toBe('Greta')
    const later = await exchange({ sub: 'greta', iat: now - 60 })
    expect((await world.identity(later)).authTime).toBe((now - 60) * 1000)
  })

  test('sends no request to the issuer for a renewal', async () => {
    const { body } = await exchange()
    const own = String(body['access_token'])
    leg.answerWith(() => ({ status: 500 }))
    const renewal = await world.exchange({ subject_token: own }, { authorization: `Bearer ${own}` })
    expect(renewal).toMatchObject({ status: 200 })
    expect(leg.asked).toHaveLength(1)
  })
})

describe('a second leg is not requested for', () => {
  test('a forged or expired token, one for another client, and one of another type', async () => {
    const now = Math.floor(Date.now() / 1000)
    for (const [claims, why] of [
      [{ aud: audience }, /aud of the token must have headgate/],
      [{ aud: 'other' }, /aud/],
      [{ exp: now - 60 }, /expired/],
      [{ nonce: 'n' }, /id_token/],
      [{ may_act: { sub: 'somebody-else' } }, /may_act/],
      [{ act: { sub: 'nobody-here' } }, /names an actor/],
    ] as const)
      expect(await told(exchange(claims)), JSON.stringify(claims)).toMatch(why)
    const [head, , signature] = (await shown()).split('.')
    const forged = `${head}.${Buffer.from(JSON.stringify(decodeJwt(await shown({ sub: 'bob' })))).toString('base64url')}.${signature}`
    expect(await told(world.exchange({ subject_token: forged }, trino.basic))).toMatch(/signature/)
    expect(leg.asked).toEqual([])
  })

  test('a token of an engine, and a client that is not an engine', async () => {
    await known('service-account-trino')
    expect(await told(exchange({ sub: 'service-account-trino' }))).toMatch(/belongs to an engine/)
    const plain = await world.client()
    const reply = world.exchange({ subject_token: await shown() }, plain.basic)
    expect(await told(reply)).toMatch(/unauthorized_client/)
    expect(leg.asked).toEqual([])
  })
})

describe('a second leg refuses a response token', () => {
  test.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
    ['of another user', { sub: 'bob' }, /another subject/],
    ['of an actor that the user’s token does not name', { act: { sub: 'other' } }, /names an actor/],
    ['for another audience', { aud: 'elsewhere' }, /The aud of the token must have lakehouse/],
    ['that is an id_token', { at_hash: 'x' }, /id_token/],
    ['of another issuer', { iss: 'https://other.example' }, /claim iss/],
    ['that has expired', { exp: 1 }, /expired/],
  ])('%s', async (_, claims, why) => {
    leg.answerWith(() => legToken(world.idp, claims))
    const text = await told(exchange())
    expect(text).toMatch(/^400 invalid_grant: The issuer .* exchanged the token of the user, but/)
    expect(text).toMatch(why)
    expect(text).not.toContain('?')
    expect(text).toMatch(/secondLeg in HEADGATE_ISSUERS/)
    expect(audited()).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('second leg') })
  })

  test('that is opaque, unsigned, or of an issuer that is not configured', async () => {
    const stranger = await startTestIssuer()
    const [, payload] = (await shown({ aud: audience })).split('.')
    const unsigned = `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${payload}.`
    for (const access_token of [
      'opaque',
      unsigned,
      await stranger.sign({ sub: 'alice', aud: audience, scope: 'x' }),
    ]) {
      leg.answerWith(() => ({ body: { access_token, token_type: 'Bearer', expires_in: 60 } }))
      expect(await told(exchange())).toMatch(/^400 invalid_grant: .* its answer cannot be used/)
    }
    await stranger[Symbol.asyncDispose]()
  })

  test('that is opaque, unless introspection confirms the user and the audience', async () => {
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
    leg.answerWith(() => ({ body: { access_token: 'opaque', token_type: 'Bearer', expires_in: 60 } }))
    expect(await exchange()).toMatchObject({ status: 200 })
    says = { ...says, sub: 'bob' }
    expect(await told(exchange())).toMatch(/another subject/)
    says = { ...says, sub: 'alice', aud: 'elsewhere' }
    expect(await told(exchange())).toMatch(/not for lakehouse/)
    says = { active: false }
    expect(await told(exchange())).toMatch(/not active/)
  })
})

describe('lists of clients', () => {
  test('do not restrict the client of this server as an actor of a response token', async () => {
    configure({}, { clients: new Set(['app']), actors: new Set(['trino']) })
    for (const claims of [{}, { act: { sub: legClient.id } }]) {
      leg.answerWith(() => legToken(world.idp, claims))
      expect((await world.identity(await exchange())).actors).toMatchObject([{ subject: trino.name }])
    }
    leg.answerWith(() => legToken(world.idp, { azp: 'somebody' }))
    expect(await told(exchange())).toMatch(/client \(azp\) that is not accepted/)
  })

  test('apply to response tokens, which keep an engine that is already their actor', async () => {
    configure({}, { clients: new Set(['app']), actors: new Set([`at-idp-${trino.name}`]) })
    await known(`at-idp-${trino.name}`)
    const reply = await exchange({ azp: `at-idp-${trino.name}` })
    expect((await world.identity(reply)).actors).toHaveLength(1)
    const may = { may_act: { sub: `at-idp-${trino.name}` } }
    leg.answerWith(() => legToken(world.idp, may))
    expect(await exchange({ ...may })).toMatchObject({ status: 200 })
    leg.answerWith(() => legToken(world.idp, { may_act: { sub: 'other' } }))
    expect(await told(exchange())).toMatch(/may_act/)
    expect(await told(exchange({ ...may }))).toMatch(/who may act/)
  })
})

describe('when the issuer refuses', () => {
  test.each([
    ['invalid_grant', 400, /sign in again/],
    ['invalid_client', 401, /operator of this server must look at its client/],
    ['unauthorized_client', 400, /must allow its client/],
    ['invalid_target', 400, /correct the audience/],
    ['invalid_scope', 400, /correct the scope/],
    ['interaction_required', 400, /wants to ask them/],
    ['something_new', 400, /log of this server/],
    ['<script>', 400, /\(refused\)/],
  ])('the error for %s contains the next step', async (error, status, remedy) => {
    leg.answerWith((given) =>
      legRefusal(error, `no to ${given.get('subject_token')} of ${legSecret}`, status),
    )
    const text = await told(exchange())
    expect(text).toMatch(/^400 invalid_grant: The issuer .* did not exchange the token of the user/)
    expect(text).toMatch(remedy)
    // Characters that an error_description cannot contain are replaced.
    expect(text).not.toContain('?')
  })

  test('the error and the audit event contain neither a token nor the secret', async () => {
    const token = await shown()
    leg.answerWith(() => legRefusal('invalid_grant', `no to ${token} by ${legSecret}`))
    await world.exchange({ subject_token: token }, trino.basic)
    expect(audited()).toMatchObject({
      reason: expect.stringMatching(/refused token-exchange: invalid_grant/),
    })
    const all = [...world.server.lines, ...world.server.told].join('\n')
    expect(all).not.toContain(token)
    expect(all).not.toContain(legSecret)
  })

  test('the server does not send the same token again for some time', async () => {
    leg.answerWith(() => legRefusal('invalid_grant'))
    const token = await shown()
    for (let turn = 0; turn < 3; turn += 1)
      expect(await told(world.exchange({ subject_token: token }, trino.basic))).toMatch(/invalid_grant/)
    expect(leg.asked).toHaveLength(1)
    await exchange()
    expect(leg.asked).toHaveLength(2)
  })
})

describe('when the issuer fails', () => {
  const unavailable = { status: 503, body: { error: 'temporarily_unavailable' } }

  test.each<[string, () => ReturnType<Parameters<TestLeg['answerWith']>[0]>]>([
    ['but fails', () => ({ status: 500 })],
    ['with status 503', () => legRefusal('slow_down', 'later', 429)],
    ['with JSON', () => ({ body: 'no json' })],
    ['with a token', () => ({ body: { token_type: 'Bearer' } })],
  ])('%s, the error asks the client to try again', async (_, answer) => {
    leg.answerWith(answer)
    const reply = await exchange()
    expect(reply).toMatchObject(unavailable)
    expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0)
    expect(audited()).toMatchObject({ reason: expect.stringMatching(/^unavailable: .{20}/) })
  })

  test('with a timeout, a closed connection or missing metadata, the error asks the client to try again', async () => {
    const late = Promise.withResolvers<void>()
    leg.answerWith(async () => {
      await late.promise
      return legToken(world.idp)
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

  test('with a redirect, the server does not send its secret to the new address', async () => {
    await using trap = await testService(() => legToken(world.idp))
    leg.answerWith(() => ({ status: 307, headers: { location: `${trap.url}/token` } }))
    expect(await told(exchange())).toMatch(/^400 invalid_grant/)
    expect(trap.asked).toEqual([])
  })
})

describe('concurrent exchanges', () => {
  test('share one request to the issuer when the token is the same', async () => {
    const token = await shown()
    await exchange()
    const verified = await opened?.tokens.verify(token, 'subject')
    if (opened === null || verified?.ok !== true) throw new Error('the token is not good')
    const { secondLegs } = opened
    leg.asked.length = 0
    const answers = await Promise.all([1, 2, 3, 4].map(() => secondLegs.ask(token, verified.value)))
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true])
    expect(leg.asked).toHaveLength(1)
  })

  test('send at most 64 requests; further exchanges get 503 with Retry-After', async () => {
    const gate = Promise.withResolvers<void>()
    leg.answerWith(async () => {
      await gate.promise
      return legToken(world.idp)
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
  test('generic-7523 presents the token as an assertion', async () => {
    configure({ profile: 'generic-7523' })
    const token = await shown()
    expect(await world.exchange({ subject_token: token }, trino.basic)).toMatchObject({ status: 200 })
    expect(leg.forms[0]?.get('assertion')).toBe(token)
  })

  test('google-sts requires a token in the response, and takes the user from the verified subject token', async () => {
    configure(
      { profile: 'google-sts', client: null, answer: 'opaque', subjectAudiences: ['workforce'] },
      { subjectTokens: new Set(['id_token', 'access_token']), idTokenAudiences: ['app'] },
    )
    leg.answerWith(() => ({ body: { access_token: 'ya29.opaque', token_type: 'Bearer', expires_in: 60 } }))
    const reply = await exchange({ aud: 'workforce' })
    expect(await world.identity(reply)).toMatchObject({ principal: { subject: 'alice' } })
    expect(Number(reply.body['expires_in'])).toBeLessThanOrEqual(60)
    expect(leg.forms[0]?.get('subject_token_type')).toBe(tokenTypes.jwt)
    expect(leg.asked[0]?.authorization).toBeUndefined()
    await exchange({ aud: 'app', nonce: 'n', scope: undefined })
    expect(leg.forms[1]?.get('subject_token_type')).toBe(tokenTypes.idToken)
    leg.answerWith(() => legRefusal('invalid_grant'))
    expect(await told(exchange({ aud: 'workforce' }))).toMatch(/invalid_grant/)
  })

  test('chained verifies the response by the rules of the other issuer', async () => {
    const other: TestIssuer = await startTestIssuer()
    await using last = await testLeg()
    const next = {
      issuer: other.issuer,
      tokenEndpoint: `${last.url}/token`,
      client: { ...legClient, id: 'there' },
      target: { audiences: [], resources: [], scope: null, parameters: {} },
    }
    configure({ profile: 'chained', next }, {}, [issuerOf(other.issuer, { clients: new Set() })])
    leg.answerWith(() => ({ body: { access_token: 'the-grant', token_type: 'N_A', expires_in: 60 } }))
    last.answerWith(() => legToken(other, { azp: 'there' }))
    const reply = await exchange()
    expect(last.forms[0]?.get('assertion')).toBe('the-grant')
    expect(await told(Promise.resolve(reply))).toMatch(/^400 invalid_grant: The entry of the engine/)
    await world.set(trino, { subjects: [{ issuer: other.issuer, pattern: '*', groups: [] }] })
    const { principal } = await world.identity(await exchange())
    expect(principal).toMatchObject({ issuer: other.issuer, subject: 'alice' })
    last.answerWith(() => legToken(world.idp, { azp: 'there' }))
    expect(await told(exchange())).toMatch(/cannot be used/)
    last.answerWith(() => legRefusal('invalid_grant'))
    expect(await told(exchange())).toMatch(/did not exchange/)
    await world.set(trino, {})
    await other[Symbol.asyncDispose]()
  })
})
