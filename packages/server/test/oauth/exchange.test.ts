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

let world: TestEngines
beforeAll(async () => {
  world = await testEngines()
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(() => world.server.reset())

const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` })
const aud = 'https://catalog.example'
const claimsOf = (reply: { body: Readonly<Record<string, unknown>> }): ReturnType<typeof decodeJwt> =>
  decodeJwt(String(reply.body['access_token']))

describe('an exchange by an engine', () => {
  test('returns for a token of a configured issuer one with the user in sub, the engine in act, and the same expiry', async () => {
    const trino = await world.engine({ tokenSeconds: 600 })
    const exp = Math.floor(Date.now() / 1000) + 200
    const subject = await world.idp.sign({ sub: 'u-1', aud, name: 'Alice', exp })
    const reply = await world.exchange({ subject_token: subject }, trino.basic)
    expect(reply).toMatchObject({
      status: 200,
      body: { token_type: 'bearer', issued_token_type: tokenTypes.accessToken, scope: 'catalog' },
    })
    const claims = claimsOf(reply)
    expect(claims).toMatchObject({
      sub: 'u-1',
      sub_issuer: world.idp.issuer,
      client_id: trino.name,
      act: { sub: trino.name, client_id: trino.name },
      obtained: 'external-token',
      exp,
    })
    expect(await world.identity(reply)).toMatchObject({
      principal: { issuer: world.idp.issuer, subject: 'u-1', name: 'Alice' },
      actors: [{ subject: trino.name }],
    })
    const long = await world.idp.sign({ sub: 'u-1', aud, exp: exp + 9_000 })
    expect((await world.exchange({ subject_token: long }, trino.basic)).body['expires_in']).toBe(600)
  })

  test('continues the session of a token of this server with the engine in it, and keeps its end', async () => {
    const [trino, alice] = [await world.engine({ sessionSeconds: 7_200 }), await world.client()]
    const own = await world.token(alice)
    const reply = await world.exchange(
      { subject_token: own, subject_token_type: tokenTypes.jwt },
      trino.basic,
    )
    const before = decodeJwt(own)
    expect(claimsOf(reply)).toMatchObject({
      sub: alice.name,
      act: { sub: trino.name },
      obtained: 'client-secret',
      auth_time: before['auth_time'],
      session_end: Number(before['auth_time']) + 7_200,
    })
  })

  test('accepts the token of the engine as bearer token and as actor_token, as Iceberg clients send it', async () => {
    const [trino, alice] = [await world.engine(), await world.client()]
    const service = await world.token(trino)
    const asked = { subject_token: await world.token(alice), scope: 'catalog' }
    for (const more of [{}, { actor_token: service, actor_token_type: tokenTypes.accessToken }]) {
      const reply = await world.exchange({ ...asked, ...more }, bearer(service))
      expect(claimsOf(reply)).toMatchObject({ sub: alice.name, act: { sub: trino.name } })
    }
    expect(
      await world.exchange(
        { ...asked, actor_token: await world.token(trino), actor_token_type: tokenTypes.accessToken },
        bearer(service),
      ),
    ).toMatchObject({
      status: 400,
      body: { error_description: expect.stringMatching(/actor_token must equal/) },
    })
  })

  test('accepts only this server as the target', async () => {
    const [trino, alice] = [await world.engine(), await world.client()]
    const subject_token = await world.token(alice)
    for (const target of [
      { audience: aud },
      { resource: `${aud}/v1/lakehouse` },
      { audience: aud, resource: aud },
    ])
      expect(await world.exchange({ subject_token, ...target }, trino.basic)).toMatchObject({ status: 200 })
    for (const target of [
      { audience: 'other' },
      { resource: `${aud}.evil` },
      { audience: aud, resource: 'x' },
    ])
      expect(await world.exchange({ subject_token, ...target }, trino.basic)).toMatchObject({
        status: 400,
        body: { error: 'invalid_target', error_description: expect.stringContaining(aud) },
      })
  })

  test('through another engine keeps the chain of actors, the outermost first, up to a limit', async () => {
    const alice = await world.client()
    let subject_token = await world.token(alice)
    const engines = [await world.engine(), await world.engine(), await world.engine(), await world.engine()]
    for (const engine of engines)
      subject_token = String((await world.exchange({ subject_token }, engine.basic)).body['access_token'])
    const { actors } = await world.server.sessions.verify(subject_token)
    expect(actors.map(({ subject }) => subject)).toEqual(engines.map(({ name }) => name).toReversed())
    const fifth = await world.engine()
    expect(await world.exchange({ subject_token }, fifth.basic)).toMatchObject({
      status: 400,
      body: { error_description: expect.stringContaining('4 engines') },
    })
    // A second exchange does not change the actor.
    const again = await world.exchange({ subject_token }, engines[3]?.basic)
    expect((await world.identity(again)).actors).toEqual(actors)
    await world.set(engines[3] ?? alice, null)
    expect(await world.exchange({ subject_token }, fifth.basic)).toMatchObject({
      status: 400,
      body: { error_description: expect.stringContaining('may no longer act for its user') },
    })
  })

  test('refuses a token whose may_act names another party, or whose actor is unknown', async () => {
    const trino = await world.engine()
    const sign = (claims: object): Promise<string> => world.idp.sign({ sub: 'u-2', aud, ...claims })
    const told = async (claims: object): Promise<unknown> =>
      (await world.exchange({ subject_token: await sign(claims) }, trino.basic)).body['error_description']
    expect(await told({ may_act: { sub: 'spark' } })).toMatch(/may_act/)
    expect(await told({ may_act: { iss: 'headgate', sub: trino.name } })).toBeUndefined()
    expect(await told({ act: { sub: 'nobody-here' } })).toMatch(/names an actor/)
    const bi = await world.engine()
    const chained = await world.exchange(
      { subject_token: await sign({ act: { iss: 'headgate', sub: bi.name } }) },
      trino.basic,
    )
    expect(claimsOf(chained)).toMatchObject({ act: { sub: trino.name, act: { sub: bi.name } } })
  })

  test('checks rules, ages and revocations each time', async () => {
    const trino = await world.engine({ subjects: [{ issuer: world.idp.issuer, pattern: 'a-*', groups: [] }] })
    const exchange = async (claims: object): Promise<string> => {
      const reply = await world.exchange(
        { subject_token: await world.idp.sign({ aud, ...claims }) },
        trino.basic,
      )
      return reply.status === 200 ? 'granted' : String(reply.body['error_description'])
    }
    expect(await exchange({ sub: 'a-1' })).toBe('granted')
    expect(await exchange({ sub: 'b-1' })).toMatch(/does not allow it to act for this user/)
    const old = Math.floor(Date.now() / 1000) - 7_200
    await world.set(trino, { sessionSeconds: 3_600 })
    expect(await exchange({ sub: 'a-1', iat: old })).toMatch(/last proof of the user is older.*sign in again/)
    expect(await exchange({ sub: 'a-1', auth_time: old })).toMatch(/last proof of the user is older/)
    const alice = await findPrincipalBySubject(world.server.sql, world.idp.issuer, 'a-1')
    await stopPrincipalSessions(world.server.sql, alice?.id ?? '', Date.now())
    expect(await exchange({ sub: 'a-1', iat: Math.floor(Date.now() / 1000) - 5 })).toMatch(
      /sessions .* revoked/,
    )
    await setPrincipalEnabled(world.server.sql, alice?.id ?? '', false)
    expect(await exchange({ sub: 'a-1' })).toMatch(/disabled or was removed/)
  })

  test('refuses the token of an engine as a user token', async () => {
    const [trino, spark] = [await world.engine(), await world.engine()]
    const service = await world.token(spark)
    for (const headers of [trino.basic, bearer(await world.token(trino))])
      expect(await world.exchange({ subject_token: service }, headers)).toMatchObject({
        status: 400,
        body: { error: 'invalid_grant', error_description: expect.stringContaining('is an engine') },
      })
  })
})

describe('the token endpoint refuses an exchange', () => {
  test('without authentication', async () => {
    const alice = await world.client()
    const subject_token = await world.token(alice)
    for (const more of [
      {},
      { client_id: alice.name },
      { actor_token: subject_token, actor_token_type: tokenTypes.jwt },
    ])
      expect(await world.exchange({ subject_token, ...more })).toMatchObject({
        status: 401,
        body: { error: 'invalid_client' },
      })
  })

  test('from a client that is not an engine, and from a user', async () => {
    const [alice, bob] = [await world.client(), await world.client()]
    const [hers, his] = [await world.token(alice), await world.token(bob)]
    for (const headers of [bob.basic, bearer(his)])
      expect(await world.exchange({ subject_token: hers }, headers)).toMatchObject({
        status: 400,
        body: {
          error: 'unauthorized_client',
          error_description: expect.stringContaining('headgate engine add'),
        },
      })
    const trino = await world.engine()
    const acting = String((await world.exchange({ subject_token: hers }, trino.basic)).body['access_token'])
    expect(await world.exchange({ subject_token: his }, bearer(acting))).toMatchObject({
      status: 401,
      body: { error: 'invalid_client', error_description: expect.stringContaining('belongs to a user') },
    })
  })

  test('with the actor_token of another engine, and with a forged one', async () => {
    const [trino, spark, alice] = [await world.engine(), await world.engine(), await world.client()]
    const subject_token = await world.token(alice)
    const actor_token_type = tokenTypes.accessToken
    for (const actor_token of [
      await world.token(spark),
      subject_token,
      unsigned({ sub: trino.name }),
      'x.y.z',
    ])
      expect(
        await world.exchange({ subject_token, actor_token, actor_token_type }, trino.basic),
      ).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(
      await world.exchange(
        { subject_token, actor_token: await world.token(trino), actor_token_type },
        trino.basic,
      ),
    ).toMatchObject({ status: 200 })
  })

  test('with missing or contradictory parameters', async () => {
    const [trino, alice] = [await world.engine(), await world.client()]
    const subject_token = await world.token(alice)
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
    for (const [parameters, told] of forms) {
      const reply = await world.exchange(parameters, trino.basic)
      expect(reply).toMatchObject({ status: 400, body: { error_description: expect.stringMatching(told) } })
    }
  })

  test('with a forged subject token or one of an unknown issuer', async () => {
    const trino = await world.engine()
    const alice = await world.client()
    const [header, payload, signature = ''] = (await world.token(alice)).split('.')
    const tokens = [
      `${header}.${payload}.${'A'.repeat(signature.length)}`,
      await world.idp.sign({ sub: 'u', aud: 'https://other.example' }),
      await world.idp.sign({ sub: 'u', aud, exp: 1 }),
      await world.idp.sign({ sub: 'u', aud, iss: 'https://evil.example' }),
      'opaque',
    ]
    for (const subject_token of tokens)
      expect(await world.exchange({ subject_token }, trino.basic)).toMatchObject({
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

  test('states a user when the entry of the engine allows it, and creates the principal if that is allowed too', async () => {
    const trino = await world.engine({ unsignedSubjects: true, namesIssuer: 'ldap', makesPrincipals: true })
    const service = await world.token(trino)
    const asked = { ...trinoUser('carol', { query_id: '20260101_1' }), scope: 'catalog' }
    const reply = await world.exchange(
      { ...asked, actor_token: service, actor_token_type: tokenTypes.accessToken },
      bearer(service),
    )
    expect(claimsOf(reply)).toMatchObject({
      sub: 'carol',
      sub_issuer: 'ldap',
      act: { sub: trino.name },
      obtained: 'statement',
      query_id: '20260101_1',
    })
    const again = await world.exchange(trinoUser('carol'), bearer(service))
    expect((await world.identity(again)).principal.id).toBe((await world.identity(reply)).principal.id)
  })

  test('from another engine gets an error with the command that allows it', async () => {
    const trino = await world.engine()
    const told = async (parameters = trinoUser('carol')): Promise<unknown> =>
      (await world.exchange(parameters, trino.basic)).body['error_description']
    expect(await told()).toMatch(/--unsigned-subjects/)
    await world.set(trino, { unsignedSubjects: true })
    expect(await told()).toMatch(/--names-issuer/)
    await world.set(trino, { unsignedSubjects: true, namesIssuer: 'ldap' })
    expect(await told(trinoUser('nobody-yet'))).toMatch(/--makes-principals/)
    const subjects = [{ issuer: 'ldap', pattern: 'x-*', groups: [] }]
    await world.set(trino, { unsignedSubjects: true, namesIssuer: 'ldap', makesPrincipals: true, subjects })
    expect(await told(trinoUser('nobody-yet'))).toMatch(/--subject/)
    expect(await findPrincipalBySubject(world.server.sql, 'ldap', 'nobody-yet')).toBeNull()
  })

  test('creates no principal of an issuer whose users only its tokens can state', async () => {
    const { issuer } = world.idp
    const trino = await world.engine({ unsignedSubjects: true, namesIssuer: issuer, makesPrincipals: true })
    expect(await world.exchange(trinoUser('nobody-yet'), trino.basic)).toMatchObject({
      status: 400,
      body: { error_description: expect.stringContaining('sign in once') as string },
    })
    expect(await findPrincipalBySubject(world.server.sql, issuer, 'nobody-yet')).toBeNull()
  })

  test('cannot state an engine, or an administrator without the permission in the entry', async () => {
    const trino = await world.engine({ unsignedSubjects: true, namesIssuer: 'headgate' })
    const admin = await world.client()
    const { grant } = await import('../access/world.ts')
    await grant(world.server.sql, 'manage', null, 'principal', admin.id)
    expect(await world.exchange(trinoUser(admin.name), trino.basic)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', error_description: expect.stringContaining('administer') },
    })
    expect(await world.exchange({ subject_token: await world.token(admin) }, trino.basic)).toMatchObject({
      status: 200,
    })
    await world.set(trino, { unsignedSubjects: true, namesIssuer: 'headgate', namesAdministrators: true })
    expect(await world.exchange(trinoUser(admin.name), trino.basic)).toMatchObject({ status: 200 })
    expect(await world.exchange(trinoUser(trino.name), trino.basic)).toMatchObject({ status: 400 })
  })

  test('stops working in all sessions when the entry no longer allows it', async () => {
    const says = { unsignedSubjects: true, namesIssuer: 'ldap', makesPrincipals: true }
    const trino = await world.engine(says)
    const token = String((await world.exchange(trinoUser('erin'), trino.basic)).body['access_token'])
    const renewed = (): Promise<Reply> => world.exchange({ subject_token: token }, bearer(token))
    expect(await renewed()).toMatchObject({ status: 200 })
    for (const change of [{ unsignedSubjects: false, assertions: true }, { namesIssuer: 'headgate' }]) {
      await world.set(trino, { ...says, ...change })
      expect(await renewed()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    }
  })

  test('cannot be exchanged at another engine that may not state the user itself', async () => {
    const says = { unsignedSubjects: true, namesIssuer: 'ldap', makesPrincipals: true }
    const [narrow, wide] = [await world.engine({ ...says, privileges: [] }), await world.engine()]
    const said = await world.exchange(trinoUser('carol'), narrow.basic)
    const subject_token = String(said.body['access_token'])
    const refused = { status: 400, body: { error: 'invalid_grant' } }
    expect(await world.exchange({ subject_token }, wide.basic)).toMatchObject(refused)
    await world.set(wide, { ...says, namesIssuer: 'headgate' })
    expect(await world.exchange({ subject_token }, wide.basic)).toMatchObject(refused)
    await world.set(wide, { ...says, namesAdministrators: true })
    const taken = await world.exchange({ subject_token }, wide.basic)
    expect((await world.identity(taken)).actors.map(({ id }) => id)).toEqual([wide.id, narrow.id])
    // The user administers now, so the first engine may no longer state them, regardless of the second engine.
    const { grant } = await import('../access/world.ts')
    await grant(world.server.sql, 'manage', null, 'principal', (await world.identity(said)).principal.id)
    expect(await world.exchange({ subject_token }, wide.basic)).toMatchObject(refused)
  })

  test('in a session of another engine ends when the stating engine loses its permission', async () => {
    const says = { unsignedSubjects: true, namesIssuer: 'ldap', makesPrincipals: true }
    const [stating, acting] = [await world.engine(says), await world.engine(says)]
    const stated = String((await world.exchange(trinoUser('dave'), stating.basic)).body['access_token'])
    const handedOver = await world.exchange({ subject_token: stated }, acting.basic)
    const subject_token = String(handedOver.body['access_token'])
    const renewed = (): ReturnType<typeof world.exchange> =>
      world.exchange({ subject_token }, bearer(subject_token))
    for (const change of [{ unsignedSubjects: false }, { namesIssuer: 'headgate' }, { subjects: [] }, null]) {
      await world.set(stating, says)
      expect(await renewed()).toMatchObject({ status: 200 })
      await world.set(stating, change === null ? null : { ...says, ...change })
      for (const reply of [
        await renewed(),
        await world.exchange({ subject_token }, acting.basic),
        await world.exchange({ subject_token: stated }, acting.basic),
      ])
        expect(reply).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    }
  })

  test('needs a recent iat, no further claims, and a valid user name', async () => {
    const trino = await world.engine({ unsignedSubjects: true, namesIssuer: 'ldap', makesPrincipals: true })
    const now = Math.floor(Date.now() / 1000)
    const bad: [Record<string, string>, RegExp][] = [
      [trinoUser('carol', { iat: now - 400 }), /older than 300/],
      [trinoUser('carol', { iat: now + 120 }), /in the future/],
      [trinoUser('carol', { iat: undefined }), /must have iat/],
      [trinoUser('carol', { exp: now - 1 }), /expired/],
      [trinoUser('carol', { nbf: now + 500 }), /not valid yet/],
      [trinoUser('carol', { act: { sub: 'x' } }), /who acts/],
      [trinoUser('carol', {}, { kid: 'k' }), /alg and typ only/],
      [trinoUser('carol', {}, { jku: 'https://evil' }), /alg and typ only/],
      [trinoUser('carol', {}, { jwk: {} }), /alg and typ only/],
      [trinoUser(''), /user name/],
      [trinoUser(' carol'), /user name/],
      [trinoUser('car\nol'), /user name/],
      [trinoUser('car\u202eol'), /user name/],
      [trinoUser('x'.repeat(300)), /user name/],
      [{ ...trinoUser('carol'), subject_token_type: tokenTypes.accessToken }, /subject_token_type jwt/],
      [{ ...trinoUser('carol'), subject_token: `${unsigned({ sub: 'carol' })}AAAA` }, /empty signature/],
    ]
    for (const [parameters, told] of bad) {
      const reply = await world.exchange(parameters, trino.basic)
      expect(reply).toMatchObject({ status: 400, body: { error_description: expect.stringMatching(told) } })
    }
  })
})

describe('the renewal of a session', () => {
  test('keeps user, engine, start and end when its valid token requests it', async () => {
    const [trino, alice] = [await world.engine({ sessionSeconds: 3_600 }), await world.client()]
    const first = await world.exchange({ subject_token: await world.token(alice) }, trino.basic)
    const token = String(first.body['access_token'])
    world.server.advance(600_000)
    const renewed = await world.exchange({ subject_token: token }, bearer(token))
    const [before, after] = [claimsOf(first), claimsOf(renewed)]
    for (const name of ['sub', 'act', 'auth_time', 'session_end', 'obtained', 'client_id', 'principal_id'])
      expect(after[name]).toEqual(before[name])
    expect(after.exp).toBeGreaterThan(before.exp ?? 0)
    expect(after.jti).not.toBe(before.jti)
  })

  test('works for its engine until its end, also after the external token that started it has expired', async () => {
    const trino = await world.engine({ tokenSeconds: 600, sessionSeconds: 900 })
    const exp = Math.floor(Date.now() / 1000) + 120
    const subject = await world.idp.sign({ sub: 'u-long', aud, exp })
    const first = await world.exchange({ subject_token: subject }, trino.basic)
    expect(claimsOf(first).exp).toBe(exp)
    world.server.advance(60_000)
    const token = String(first.body['access_token'])
    const after = claimsOf(await world.exchange({ subject_token: token }, bearer(token)))
    expect(after.exp).toBeGreaterThan(exp)
    expect(after.exp).toBeLessThanOrEqual(Number(after['session_end']))
    expect(after['session_end']).toBe(claimsOf(first)['session_end'])
  })

  test('never extends its end, and then requires a new token of the user', async () => {
    const [trino, alice] = [await world.engine({ sessionSeconds: 1_500 }), await world.client()]
    const first = await world.exchange({ subject_token: await world.token(alice) }, trino.basic)
    let token = String(first.body['access_token'])
    const end = Number(claimsOf(first)['session_end'])
    for (let turn = 0; turn < 2; turn += 1) {
      world.server.advance(700_000)
      const reply = await world.exchange({ subject_token: token }, bearer(token))
      token = String(reply.body['access_token'])
      expect(decodeJwt(token).exp).toBeLessThanOrEqual(end)
    }
    expect(decodeJwt(token).exp).toBe(end)
    world.server.advance(200_000)
    expect(await world.exchange({ subject_token: token }, bearer(token))).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', error_description: expect.stringContaining('expired') },
    })
  })

  test('fails for a user after its end, also with the credential of the engine', async () => {
    const [trino, alice] = [await world.engine({ tokenSeconds: 60 }), await world.client()]
    const first = await world.exchange({ subject_token: await world.token(alice) }, trino.basic)
    const subject_token = String(first.body['access_token'])
    world.server.advance(120_000)
    for (const headers of [trino.basic, bearer(await world.token(trino)), bearer(subject_token)]) {
      const reply = await world.exchange({ subject_token }, headers)
      expect(reply).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
      expect(reply.body).not.toHaveProperty('access_token')
    }
  })

  test('works for a client by its valid token, and by its credential afterwards', async () => {
    for (const one of [await world.client(), await world.engine()]) {
      const token = await world.token(one)
      const renewed = await world.exchange({ subject_token: token }, bearer(token))
      expect(claimsOf(renewed)).toMatchObject({ sub: one.name, session_end: decodeJwt(token)['session_end'] })
      expect(claimsOf(renewed)).not.toHaveProperty('act')
      world.server.advance(7_200_000)
      expect(await world.exchange({ subject_token: token }, bearer(token))).toMatchObject({ status: 400 })
      const fresh = await world.exchange({ subject_token: token }, one.basic)
      expect(claimsOf(fresh)).toMatchObject({ sub: one.name, obtained: 'client-secret' })
      expect(claimsOf(fresh)).not.toHaveProperty('act')
      world.server.reset()
    }
  })

  test('fails after the user, the engine, its entry or its rules were removed', async () => {
    const { sql } = world.server
    type Change = (trino: { id: string }, alice: { id: string }) => Promise<unknown>
    const changes: Change[] = [
      (_, alice) => setPrincipalEnabled(sql, alice.id, false),
      (_, alice) => stopPrincipalSessions(sql, alice.id, Date.now()),
      (trino) => setPrincipalEnabled(sql, trino.id, false),
      (trino) => stopPrincipalSessions(sql, trino.id, Date.now()),
      (trino) => world.set(trino as never, null),
      (trino) => world.set(trino as never, { subjects: [] }),
    ]
    for (const change of changes) {
      const [trino, alice] = [await world.engine(), await world.client()]
      const first = await world.exchange({ subject_token: await world.token(alice) }, trino.basic)
      const token = String(first.body['access_token'])
      await change(trino, alice)
      expect(await world.exchange({ subject_token: token }, bearer(token))).toMatchObject({
        status: 400,
        body: { error: 'invalid_grant' },
      })
    }
  })

  test('refuses tokens of other issuers', async () => {
    const token = await world.idp.sign({ sub: 'u-9', aud })
    expect(await world.exchange({ subject_token: token }, bearer(token))).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    })
  })
})

test('an expired token of this server does not count as a failed attempt', async () => {
  const trino = await world.engine()
  const token = await world.token(trino)
  world.server.advance(7_200_000)
  for (let turn = 0; turn < 8; turn += 1)
    expect((await world.exchange({ subject_token: token }, bearer(token))).status).toBe(400)
  expect(
    await world.server.post(
      form({ grant_type: grantTypes.clientCredentials, client_id: trino.name, client_secret: trino.secret }),
    ),
  ).toMatchObject({ status: 200 })
})

test('the audit event contains user and engine, and no token', async () => {
  const [trino, alice] = [await world.engine(), await world.client()]
  world.server.lines.length = 0
  const subject_token = await world.token(alice)
  await world.exchange({ subject_token }, trino.basic)
  const events = world.server.lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(events[1]).toMatchObject({
    operation: 'getToken',
    principal: alice.name,
    actors: [trino.name],
    outcome: 'allowed',
    detail: { engine: trino.name, subject: 'session', grantType: grantTypes.tokenExchange },
  })
  expect(world.server.lines.join('\n')).not.toContain(subject_token.split('.')[2])
})

test('the audit event of a refused exchange contains the user', async () => {
  const trino = await world.engine({ subjects: [], unsignedSubjects: true, namesIssuer: 'ldap' })
  const alice = await world.client()
  const shown = [
    { subject_token: await world.token(alice) },
    { subject_token: await world.idp.sign({ sub: 'u-9', aud }) },
    { subject_token: unsigned({ sub: 'dave' }), subject_token_type: tokenTypes.jwt },
  ]
  world.server.lines.length = 0
  for (const subject of shown)
    expect(await world.exchange(subject, trino.basic)).toMatchObject({ status: 400 })
  const events = world.server.lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(events).toMatchObject(
    [alice.name, 'u-9', 'dave'].map((user) => ({
      outcome: expect.stringMatching(/denied|failed/) as string,
      detail: { engine: trino.name, for: user },
    })),
  )
})
