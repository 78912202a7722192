import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  findPrincipalBySubject,
  setPrincipalEnabled,
  stopPrincipalSessions,
} from '../../src/store/principals.ts'
import { form, testEngines, type TestEngines, unsigned } from './engines.ts'
import type { Reply } from './token-server.ts'
import { grantTypes, tokenTypes } from '../../src/oauth/token-types.ts'

let fixture: TestEngines
beforeAll(async () => {
  fixture = await testEngines()
})
afterAll(() => fixture[Symbol.asyncDispose]())
beforeEach(() => fixture.server.reset())

const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` })
const aud = 'https://catalog.example'
const readClaims = (reply: { body: Readonly<Record<string, unknown>> }): ReturnType<typeof decodeJwt> =>
  decodeJwt(String(reply.body['access_token']))

describe('an exchange by an engine', () => {
  test('an exchange of a token of a configured issuer returns a token with the user in sub, the engine in act, and the same expiry', async () => {
    const trino = await fixture.engine({ tokenSeconds: 600 })
    const exp = Math.floor(Date.now() / 1000) + 200
    const subject = await fixture.idp.sign({ sub: 'u-1', aud, name: 'Alice', exp })
    const reply = await fixture.exchange({ subject_token: subject }, trino.basic)
    expect(reply).toMatchObject({
      status: 200,
      body: { token_type: 'bearer', issued_token_type: tokenTypes.accessToken, scope: 'catalog' },
    })
    const claims = readClaims(reply)
    expect(claims).toMatchObject({
      sub: 'u-1',
      sub_issuer: fixture.idp.issuer,
      client_id: trino.name,
      act: { sub: trino.name, client_id: trino.name },
      obtained: 'external-token',
      exp,
    })
    expect(await fixture.identity(reply)).toMatchObject({
      principal: { issuer: fixture.idp.issuer, subject: 'u-1', name: 'Alice' },
      actors: [{ subject: trino.name }],
    })
    const long = await fixture.idp.sign({ sub: 'u-1', aud, exp: exp + 9_000 })
    expect((await fixture.exchange({ subject_token: long }, trino.basic)).body['expires_in']).toBe(600)
  })

  test('an exchange of a token of this server adds the engine to the session and does not change the end of the session', async () => {
    const [trino, alice] = [await fixture.engine({ sessionSeconds: 7_200 }), await fixture.client()]
    const own = await fixture.token(alice)
    const reply = await fixture.exchange(
      { subject_token: own, subject_token_type: tokenTypes.jwt },
      trino.basic,
    )
    const before = decodeJwt(own)
    expect(readClaims(reply)).toMatchObject({
      sub: alice.name,
      act: { sub: trino.name },
      obtained: 'client-secret',
      auth_time: before['auth_time'],
      session_end: Number(before['auth_time']) + 7_200,
    })
  })

  test('an exchange accepts the token of the engine as bearer token and as actor_token, as Iceberg clients send it', async () => {
    const [trino, alice] = [await fixture.engine(), await fixture.client()]
    const service = await fixture.token(trino)
    const asked = { subject_token: await fixture.token(alice), scope: 'catalog' }
    for (const more of [{}, { actor_token: service, actor_token_type: tokenTypes.accessToken }]) {
      const reply = await fixture.exchange({ ...asked, ...more }, bearer(service))
      expect(readClaims(reply)).toMatchObject({ sub: alice.name, act: { sub: trino.name } })
    }
    expect(
      await fixture.exchange(
        { ...asked, actor_token: await fixture.token(trino), actor_token_type: tokenTypes.accessToken },
        bearer(service),
      ),
    ).toMatchObject({
      status: 400,
      body: { error_description: expect.stringMatching(/actor_token must equal/) },
    })
  })

  test('an exchange accepts only this server as audience or resource', async () => {
    const [trino, alice] = [await fixture.engine(), await fixture.client()]
    const subject_token = await fixture.token(alice)
    for (const target of [
      { audience: aud },
      { resource: `${aud}/v1/lakehouse` },
      { audience: aud, resource: aud },
    ])
      expect(await fixture.exchange({ subject_token, ...target }, trino.basic)).toMatchObject({ status: 200 })
    for (const target of [
      { audience: 'other' },
      { resource: `${aud}.evil` },
      { audience: aud, resource: 'x' },
    ])
      expect(await fixture.exchange({ subject_token, ...target }, trino.basic)).toMatchObject({
        status: 400,
        body: { error: 'invalid_target', error_description: expect.stringContaining(aud) },
      })
  })

  test('an exchange through another engine keeps the chain of actors, the most recent first, up to a limit', async () => {
    const alice = await fixture.client()
    let subject_token = await fixture.token(alice)
    const engines = [
      await fixture.engine(),
      await fixture.engine(),
      await fixture.engine(),
      await fixture.engine(),
    ]
    for (const engine of engines)
      subject_token = String((await fixture.exchange({ subject_token }, engine.basic)).body['access_token'])
    const { actors } = await fixture.server.sessions.verify(subject_token)
    expect(actors.map(({ subject }) => subject)).toEqual(engines.map(({ name }) => name).toReversed())
    const fifth = await fixture.engine()
    expect(await fixture.exchange({ subject_token }, fifth.basic)).toMatchObject({
      status: 400,
      body: { error_description: expect.stringContaining('4 engines') },
    })
    // A second exchange by the same engine does not change the actor.
    const again = await fixture.exchange({ subject_token }, engines[3]?.basic)
    expect((await fixture.identity(again)).actors).toEqual(actors)
    await fixture.set(engines[3] ?? alice, null)
    expect(await fixture.exchange({ subject_token }, fifth.basic)).toMatchObject({
      status: 400,
      body: { error_description: expect.stringContaining('may no longer act for its user') },
    })
  })

  test('an exchange refuses a token whose may_act names another party, or whose actor is unknown', async () => {
    const trino = await fixture.engine()
    const sign = (claims: object): Promise<string> => fixture.idp.sign({ sub: 'u-2', aud, ...claims })
    const description = async (claims: object): Promise<unknown> =>
      (await fixture.exchange({ subject_token: await sign(claims) }, trino.basic)).body['error_description']
    expect(await description({ may_act: { sub: 'spark' } })).toMatch(/may_act/)
    expect(await description({ may_act: { iss: 'headgate', sub: trino.name } })).toBeUndefined()
    expect(await description({ act: { sub: 'nobody-here' } })).toMatch(/names an actor that is not an engine/)
    const bi = await fixture.engine()
    const chained = await fixture.exchange(
      { subject_token: await sign({ act: { iss: 'headgate', sub: bi.name } }) },
      trino.basic,
    )
    expect(readClaims(chained)).toMatchObject({ act: { sub: trino.name, act: { sub: bi.name } } })
  })

  test("each exchange checks the rules of the engine's entry, the maximum ages and the revocations", async () => {
    const trino = await fixture.engine({
      subjects: [{ issuer: fixture.idp.issuer, pattern: 'a-*', groups: [] }],
    })
    const exchange = async (claims: object): Promise<string> => {
      const reply = await fixture.exchange(
        { subject_token: await fixture.idp.sign({ aud, ...claims }) },
        trino.basic,
      )
      return reply.status === 200 ? 'granted' : String(reply.body['error_description'])
    }
    expect(await exchange({ sub: 'a-1' })).toBe('granted')
    expect(await exchange({ sub: 'b-1' })).toMatch(/does not allow it to act for this user/)
    const old = Math.floor(Date.now() / 1000) - 7_200
    await fixture.set(trino, { sessionSeconds: 3_600 })
    expect(await exchange({ sub: 'a-1', iat: old })).toMatch(
      /user last signed in more than .* ago.*sign in again/,
    )
    expect(await exchange({ sub: 'a-1', auth_time: old })).toMatch(/user last signed in more than/)
    const alice = await findPrincipalBySubject(fixture.server.sql, fixture.idp.issuer, 'a-1')
    await stopPrincipalSessions(fixture.server.sql, alice?.id ?? '', Date.now())
    expect(await exchange({ sub: 'a-1', iat: Math.floor(Date.now() / 1000) - 5 })).toMatch(
      /sessions .* revoked/,
    )
    await setPrincipalEnabled(fixture.server.sql, alice?.id ?? '', false)
    expect(await exchange({ sub: 'a-1' })).toMatch(/disabled or was removed/)
  })

  test('an exchange refuses the token of an engine as the token of a user', async () => {
    const [trino, spark] = [await fixture.engine(), await fixture.engine()]
    const service = await fixture.token(spark)
    for (const headers of [trino.basic, bearer(await fixture.token(trino))])
      expect(await fixture.exchange({ subject_token: service }, headers)).toMatchObject({
        status: 400,
        body: { error: 'invalid_grant', error_description: expect.stringContaining('is an engine') },
      })
  })
})

describe('the token endpoint refuses an exchange', () => {
  test('the token endpoint refuses an exchange without authentication', async () => {
    const alice = await fixture.client()
    const subject_token = await fixture.token(alice)
    for (const more of [
      {},
      { client_id: alice.name },
      { actor_token: subject_token, actor_token_type: tokenTypes.jwt },
    ])
      expect(await fixture.exchange({ subject_token, ...more })).toMatchObject({
        status: 401,
        body: { error: 'invalid_client' },
      })
  })

  test('the token endpoint refuses an exchange by a client that is not an engine, and by a user', async () => {
    const [alice, bob] = [await fixture.client(), await fixture.client()]
    const [hers, his] = [await fixture.token(alice), await fixture.token(bob)]
    for (const headers of [bob.basic, bearer(his)])
      expect(await fixture.exchange({ subject_token: hers }, headers)).toMatchObject({
        status: 400,
        body: {
          error: 'unauthorized_client',
          error_description: expect.stringContaining('headgate engine add'),
        },
      })
    const trino = await fixture.engine()
    const acting = String((await fixture.exchange({ subject_token: hers }, trino.basic)).body['access_token'])
    expect(await fixture.exchange({ subject_token: his }, bearer(acting))).toMatchObject({
      status: 401,
      body: { error: 'invalid_client', error_description: expect.stringContaining('belongs to a user') },
    })
  })

  test('the token endpoint refuses an exchange with the actor_token of another engine, or with a forged actor_token', async () => {
    const [trino, spark, alice] = [await fixture.engine(), await fixture.engine(), await fixture.client()]
    const subject_token = await fixture.token(alice)
    const actor_token_type = tokenTypes.accessToken
    for (const actor_token of [
      await fixture.token(spark),
      subject_token,
      unsigned({ sub: trino.name }),
      'x.y.z',
    ])
      expect(
        await fixture.exchange({ subject_token, actor_token, actor_token_type }, trino.basic),
      ).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(
      await fixture.exchange(
        { subject_token, actor_token: await fixture.token(trino), actor_token_type },
        trino.basic,
      ),
    ).toMatchObject({ status: 200 })
  })

  test('the token endpoint refuses an exchange with missing or contradictory parameters', async () => {
    const [trino, alice] = [await fixture.engine(), await fixture.client()]
    const subject_token = await fixture.token(alice)
    const forms: [Record<string, string>, RegExp][] = [
      [{ subject_token: '' }, /subject_token is missing/],
      [{ subject_token, subject_token_type: '' }, /subject_token_type is missing/],
      [{ subject_token, subject_token_type: 'jwt' }, /must be one of urn/],
      [{ subject_token, subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' }, /must be one of urn/],
      [{ subject_token, actor_token: subject_token }, /actor_token_type is missing/],
      [{ subject_token, actor_token_type: tokenTypes.jwt }, /needs an actor_token/],
      [{ subject_token, requested_token_type: tokenTypes.idToken }, /requested_token_type/],
      [{ subject_token, scope: 'admin' }, /scope must consist of/],
      [{ subject_token: 'x'.repeat(17_000) }, /16384/],
    ]
    for (const [parameters, description] of forms) {
      const reply = await fixture.exchange(parameters, trino.basic)
      expect(reply).toMatchObject({
        status: 400,
        body: { error_description: expect.stringMatching(description) },
      })
    }
  })

  test('the token endpoint refuses an exchange with a forged subject token or one of an unknown issuer', async () => {
    const trino = await fixture.engine()
    const alice = await fixture.client()
    const [header, payload, signature = ''] = (await fixture.token(alice)).split('.')
    const tokens = [
      `${header}.${payload}.${'A'.repeat(signature.length)}`,
      await fixture.idp.sign({ sub: 'u', aud: 'https://other.example' }),
      await fixture.idp.sign({ sub: 'u', aud, exp: 1 }),
      await fixture.idp.sign({ sub: 'u', aud, iss: 'https://evil.example' }),
      'opaque',
    ]
    for (const subject_token of tokens)
      expect(await fixture.exchange({ subject_token }, trino.basic)).toMatchObject({
        status: 400,
        body: { error: 'invalid_grant' },
      })
  })
})

describe('an unsigned subject', () => {
  const trinoUser = (name: string, more: object = {}, header = {}): Record<string, string> => ({
    subject_token: unsigned({ sub: name, user: name, source: 'trino-cli', ...more }, header),
    subject_token_type: tokenTypes.jwt,
  })

  test("an unsigned subject token names a user when the engine's entry allows it, and creates the principal when the entry allows that", async () => {
    const trino = await fixture.engine({ unsignedSubjects: true, namesIssuer: 'ldap', makesPrincipals: true })
    const service = await fixture.token(trino)
    const asked = { ...trinoUser('carol', { query_id: '20260101_1' }), scope: 'catalog' }
    const reply = await fixture.exchange(
      { ...asked, actor_token: service, actor_token_type: tokenTypes.accessToken },
      bearer(service),
    )
    expect(readClaims(reply)).toMatchObject({
      sub: 'carol',
      sub_issuer: 'ldap',
      act: { sub: trino.name },
      obtained: 'statement',
      query_id: '20260101_1',
    })
    const again = await fixture.exchange(trinoUser('carol'), bearer(service))
    expect((await fixture.identity(again)).principal.id).toBe((await fixture.identity(reply)).principal.id)
  })

  test('an unsigned subject token from an engine without the permission gets an error with the command that allows it', async () => {
    const trino = await fixture.engine()
    const description = async (parameters = trinoUser('carol')): Promise<unknown> =>
      (await fixture.exchange(parameters, trino.basic)).body['error_description']
    expect(await description()).toMatch(/--unsigned-subjects/)
    await fixture.set(trino, { unsignedSubjects: true })
    expect(await description()).toMatch(/--names-issuer/)
    await fixture.set(trino, { unsignedSubjects: true, namesIssuer: 'ldap' })
    expect(await description(trinoUser('nobody-yet'))).toMatch(/--makes-principals/)
    const subjects = [{ issuer: 'ldap', pattern: 'x-*', groups: [] }]
    await fixture.set(trino, { unsignedSubjects: true, namesIssuer: 'ldap', makesPrincipals: true, subjects })
    expect(await description(trinoUser('nobody-yet'))).toMatch(/--subject/)
    expect(await findPrincipalBySubject(fixture.server.sql, 'ldap', 'nobody-yet')).toBeNull()
  })

  test('an unsigned subject token creates no principal of an issuer whose users need a token of the issuer', async () => {
    const { issuer } = fixture.idp
    const trino = await fixture.engine({ unsignedSubjects: true, namesIssuer: issuer, makesPrincipals: true })
    expect(await fixture.exchange(trinoUser('nobody-yet'), trino.basic)).toMatchObject({
      status: 400,
      body: { error_description: expect.stringContaining('sign in once') as string },
    })
    expect(await findPrincipalBySubject(fixture.server.sql, issuer, 'nobody-yet')).toBeNull()
  })

  test("an unsigned subject token cannot name an engine, or an administrator without the permission in the engine's entry", async () => {
    const trino = await fixture.engine({ unsignedSubjects: true, namesIssuer: 'headgate' })
    const admin = await fixture.client()
    const { grant } = await import('../access/access-fixture.ts')
    await grant(fixture.server.sql, 'manage', null, 'principal', admin.id)
    expect(await fixture.exchange(trinoUser(admin.name), trino.basic)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', error_description: expect.stringContaining('administer') },
    })
    expect(await fixture.exchange({ subject_token: await fixture.token(admin) }, trino.basic)).toMatchObject({
      status: 200,
    })
    await fixture.set(trino, { unsignedSubjects: true, namesIssuer: 'headgate', namesAdministrators: true })
    expect(await fixture.exchange(trinoUser(admin.name), trino.basic)).toMatchObject({ status: 200 })
    expect(await fixture.exchange(trinoUser(trino.name), trino.basic)).toMatchObject({ status: 400 })
  })

  test("all sessions from unsigned subject tokens end when the engine's entry no longer allows such tokens", async () => {
    const says = { unsignedSubjects: true, namesIssuer: 'ldap', makesPrincipals: true }
    const trino = await fixture.engine(says)
    const token = String((await fixture.exchange(trinoUser('erin'), trino.basic)).body['access_token'])
    const renewed = (): Promise<Reply> => fixture.exchange({ subject_token: token }, bearer(token))
    expect(await renewed()).toMatchObject({ status: 200 })
    for (const change of [{ unsignedSubjects: false, assertions: true }, { namesIssuer: 'headgate' }]) {
      await fixture.set(trino, { ...says, ...change })
      expect(await renewed()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    }
  })

  test('a session from an unsigned subject token cannot be exchanged by an engine that may not name the user itself', async () => {
    const says = { unsignedSubjects: true, namesIssuer: 'ldap', makesPrincipals: true }
    const [narrow, wide] = [await fixture.engine({ ...says, privileges: [] }), await fixture.engine()]
    const said = await fixture.exchange(trinoUser('carol'), narrow.basic)
    const subject_token = String(said.body['access_token'])
    const refused = { status: 400, body: { error: 'invalid_grant' } }
    expect(await fixture.exchange({ subject_token }, wide.basic)).toMatchObject(refused)
    await fixture.set(wide, { ...says, namesIssuer: 'headgate' })
    expect(await fixture.exchange({ subject_token }, wide.basic)).toMatchObject(refused)
    await fixture.set(wide, { ...says, namesAdministrators: true })
    const taken = await fixture.exchange({ subject_token }, wide.basic)
    expect((await fixture.identity(taken)).actors.map(({ id }) => id)).toEqual([wide.id, narrow.id])
    // The user is an administrator now, so the first engine may no longer name the user, regardless of the
    // second engine.
    const { grant } = await import('../access/access-fixture.ts')
    await grant(fixture.server.sql, 'manage', null, 'principal', (await fixture.identity(said)).principal.id)
    expect(await fixture.exchange({ subject_token }, wide.basic)).toMatchObject(refused)
  })

  test('the session of a second engine ends when the engine that named the user without a token loses its permission', async () => {
    const says = { unsignedSubjects: true, namesIssuer: 'ldap', makesPrincipals: true }
    const [stating, acting] = [await fixture.engine(says), await fixture.engine(says)]
    const stated = String((await fixture.exchange(trinoUser('dave'), stating.basic)).body['access_token'])
    const exchanged = await fixture.exchange({ subject_token: stated }, acting.basic)
    const subject_token = String(exchanged.body['access_token'])
    const renewed = (): ReturnType<typeof fixture.exchange> =>
      fixture.exchange({ subject_token }, bearer(subject_token))
    for (const change of [{ unsignedSubjects: false }, { namesIssuer: 'headgate' }, { subjects: [] }, null]) {
      await fixture.set(stating, says)
      expect(await renewed()).toMatchObject({ status: 200 })
      await fixture.set(stating, change === null ? null : { ...says, ...change })
      for (const reply of [
        await renewed(),
        await fixture.exchange({ subject_token }, acting.basic),
        await fixture.exchange({ subject_token: stated }, acting.basic),
      ])
        expect(reply).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    }
  })

  test('an unsigned subject token needs a recent iat, a valid user name and no further claims', async () => {
    const trino = await fixture.engine({ unsignedSubjects: true, namesIssuer: 'ldap', makesPrincipals: true })
    const now = Math.floor(Date.now() / 1000)
    const bad: [Record<string, string>, RegExp][] = [
      [trinoUser('carol', { iat: now - 400 }), /older than 300/],
      [trinoUser('carol', { iat: now + 120 }), /in the future/],
      [trinoUser('carol', { iat: undefined }), /must have iat/],
      [trinoUser('carol', { exp: now - 1 }), /expired/],
      [trinoUser('carol', { nbf: now + 500 }), /not valid yet/],
      [trinoUser('carol', { act: { sub: 'x' } }), /must not contain act/],
      [trinoUser('carol', {}, { kid: 'k' }), /only alg and typ/],
      [trinoUser('carol', {}, { jku: 'https://evil' }), /only alg and typ/],
      [trinoUser('carol', {}, { jwk: {} }), /only alg and typ/],
      [trinoUser(''), /user name/],
      [trinoUser(' carol'), /user name/],
      [trinoUser('car\nol'), /user name/],
      [trinoUser('car\u202eol'), /user name/],
      [trinoUser('x'.repeat(300)), /user name/],
      [{ ...trinoUser('carol'), subject_token_type: tokenTypes.accessToken }, /subject_token_type jwt/],
      [{ ...trinoUser('carol'), subject_token: `${unsigned({ sub: 'carol' })}AAAA` }, /empty signature/],
    ]
    for (const [parameters, description] of bad) {
      const reply = await fixture.exchange(parameters, trino.basic)
      expect(reply).toMatchObject({
        status: 400,
        body: { error_description: expect.stringMatching(description) },
      })
    }
  })
})

describe('the renewal of a session', () => {
  test('a renewal with the valid token of a session keeps the user, the engine, the start and the end of the session', async () => {
    const [trino, alice] = [await fixture.engine({ sessionSeconds: 3_600 }), await fixture.client()]
    const first = await fixture.exchange({ subject_token: await fixture.token(alice) }, trino.basic)
    const token = String(first.body['access_token'])
    fixture.server.advance(600_000)
    const renewed = await fixture.exchange({ subject_token: token }, bearer(token))
    const [before, after] = [readClaims(first), readClaims(renewed)]
    for (const name of ['sub', 'act', 'auth_time', 'session_end', 'obtained', 'client_id', 'principal_id'])
      expect(after[name]).toEqual(before[name])
    expect(after.exp).toBeGreaterThan(before.exp ?? 0)
    expect(after.jti).not.toBe(before.jti)
  })

  test('an engine can renew a session until the session ends, also after the external token that started it has expired', async () => {
    const trino = await fixture.engine({ tokenSeconds: 600, sessionSeconds: 900 })
    const exp = Math.floor(Date.now() / 1000) + 120
    const subject = await fixture.idp.sign({ sub: 'u-long', aud, exp })
    const first = await fixture.exchange({ subject_token: subject }, trino.basic)
    expect(readClaims(first).exp).toBe(exp)
    fixture.server.advance(60_000)
    const token = String(first.body['access_token'])
    const after = readClaims(await fixture.exchange({ subject_token: token }, bearer(token)))
    expect(after.exp).toBeGreaterThan(exp)
    expect(after.exp).toBeLessThanOrEqual(Number(after['session_end']))
    expect(after['session_end']).toBe(readClaims(first)['session_end'])
  })

  test('a renewal never extends the end of a session, after which the user needs a new token', async () => {
    const [trino, alice] = [await fixture.engine({ sessionSeconds: 1_500 }), await fixture.client()]
    const first = await fixture.exchange({ subject_token: await fixture.token(alice) }, trino.basic)
    let token = String(first.body['access_token'])
    const end = Number(readClaims(first)['session_end'])
    for (let turn = 0; turn < 2; turn += 1) {
      fixture.server.advance(700_000)
      const reply = await fixture.exchange({ subject_token: token }, bearer(token))
      token = String(reply.body['access_token'])
      expect(decodeJwt(token).exp).toBeLessThanOrEqual(end)
    }
    expect(decodeJwt(token).exp).toBe(end)
    fixture.server.advance(200_000)
    expect(await fixture.exchange({ subject_token: token }, bearer(token))).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', error_description: expect.stringContaining('expired') },
    })
  })

  test("the renewal of a user's session fails after its end, also with the credential of the engine", async () => {
    const [trino, alice] = [await fixture.engine({ tokenSeconds: 60 }), await fixture.client()]
    const first = await fixture.exchange({ subject_token: await fixture.token(alice) }, trino.basic)
    const subject_token = String(first.body['access_token'])
    fixture.server.advance(120_000)
    for (const headers of [trino.basic, bearer(await fixture.token(trino)), bearer(subject_token)]) {
      const reply = await fixture.exchange({ subject_token }, headers)
      expect(reply).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
      expect(reply.body).not.toHaveProperty('access_token')
    }
  })

  test('a client renews its session with its valid token, or with its secret after the token has expired', async () => {
    for (const one of [await fixture.client(), await fixture.engine()]) {
      const token = await fixture.token(one)
      const renewed = await fixture.exchange({ subject_token: token }, bearer(token))
      expect(readClaims(renewed)).toMatchObject({
        sub: one.name,
        session_end: decodeJwt(token)['session_end'],
      })
      expect(readClaims(renewed)).not.toHaveProperty('act')
      fixture.server.advance(7_200_000)
      expect(await fixture.exchange({ subject_token: token }, bearer(token))).toMatchObject({ status: 400 })
      const fresh = await fixture.exchange({ subject_token: token }, one.basic)
      expect(readClaims(fresh)).toMatchObject({ sub: one.name, obtained: 'client-secret' })
      expect(readClaims(fresh)).not.toHaveProperty('act')
      fixture.server.reset()
    }
  })

  test("the renewal of a session fails after the user, the engine, the engine's entry or its rules were removed", async () => {
    const { sql } = fixture.server
    type Change = (trino: { id: string }, alice: { id: string }) => Promise<unknown>
    const changes: Change[] = [
      (_, alice) => setPrincipalEnabled(sql, alice.id, false),
      (_, alice) => stopPrincipalSessions(sql, alice.id, Date.now()),
      (trino) => setPrincipalEnabled(sql, trino.id, false),
      (trino) => stopPrincipalSessions(sql, trino.id, Date.now()),
      (trino) => fixture.set(trino as never, null),
      (trino) => fixture.set(trino as never, { subjects: [] }),
    ]
    for (const change of changes) {
      const [trino, alice] = [await fixture.engine(), await fixture.client()]
      const first = await fixture.exchange({ subject_token: await fixture.token(alice) }, trino.basic)
      const token = String(first.body['access_token'])
      await change(trino, alice)
      expect(await fixture.exchange({ subject_token: token }, bearer(token))).toMatchObject({
        status: 400,
        body: { error: 'invalid_grant' },
      })
    }
  })

  test('the renewal of a session refuses tokens of other issuers', async () => {
    const token = await fixture.idp.sign({ sub: 'u-9', aud })
    expect(await fixture.exchange({ subject_token: token }, bearer(token))).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    })
  })
})

test('an expired token of this server does not count as a failed authentication attempt', async () => {
  const trino = await fixture.engine()
  const token = await fixture.token(trino)
  fixture.server.advance(7_200_000)
  for (let turn = 0; turn < 8; turn += 1)
    expect((await fixture.exchange({ subject_token: token }, bearer(token))).status).toBe(400)
  expect(
    await fixture.server.post(
      form({ grant_type: grantTypes.clientCredentials, client_id: trino.name, client_secret: trino.secret }),
    ),
  ).toMatchObject({ status: 200 })
})

test('the audit event of an exchange contains the user and the engine, and no token', async () => {
  const [trino, alice] = [await fixture.engine(), await fixture.client()]
  fixture.server.lines.length = 0
  const subject_token = await fixture.token(alice)
  await fixture.exchange({ subject_token }, trino.basic)
  const events = fixture.server.lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(events[1]).toMatchObject({
    operation: 'getToken',
    principal: alice.name,
    actors: [trino.name],
    outcome: 'allowed',
    detail: { engine: trino.name, subject: 'session', grantType: grantTypes.tokenExchange },
  })
  expect(fixture.server.lines.join('\n')).not.toContain(subject_token.split('.')[2])
})

test('the audit event of a refused exchange contains the user', async () => {
  const trino = await fixture.engine({ subjects: [], unsignedSubjects: true, namesIssuer: 'ldap' })
  const alice = await fixture.client()
  const shown = [
    { subject_token: await fixture.token(alice) },
    { subject_token: await fixture.idp.sign({ sub: 'u-9', aud }) },
    { subject_token: unsigned({ sub: 'dave' }), subject_token_type: tokenTypes.jwt },
  ]
  fixture.server.lines.length = 0
  for (const subject of shown)
    expect(await fixture.exchange(subject, trino.basic)).toMatchObject({ status: 400 })
  const events = fixture.server.lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(events).toMatchObject(
    [alice.name, 'u-9', 'dave'].map((user) => ({
      outcome: expect.stringMatching(/denied|failed/) as string,
      detail: { engine: trino.name, for: user },
    })),
  )
})
