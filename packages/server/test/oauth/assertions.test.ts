import { makeIssuerKey } from '@headgate/testkit'
import { decodeJwt, SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { deleteClientKey } from '../../src/store/client-keys.ts'
import { insertFederation } from '../../src/store/client-federations.ts'
import { setPrincipalEnabled } from '../../src/store/principals.ts'
import { forgetUsedAssertions } from '../../src/store/used-assertions.ts'
import { statement } from '../../src/store/sql.ts'
import { assertion, form, testEngines, type TestClient, type TestEngines } from './engines.ts'
import type { Reply } from './token-server.ts'
import { grantTypes, jwtAssertion, tokenTypes } from '../../src/oauth/token-types.ts'

let world: TestEngines
beforeAll(async () => {
  world = await testEngines()
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(() => world.server.reset())

const now = (): number => Math.floor(Date.now() / 1000)
const aud = 'https://catalog.example'

function asClient(client_assertion: string, more: Record<string, string> = {}): Promise<Reply> {
  return world.server.post(
    form({
      grant_type: grantTypes.clientCredentials,
      client_assertion_type: jwtAssertion,
      client_assertion,
      ...more,
    }),
  )
}

function grantFor(text: string, more: Record<string, string> = {}): Promise<Reply> {
  return world.server.post(form({ grant_type: grantTypes.jwtBearer, assertion: text, ...more }))
}

const named = { assertions: true, namesIssuer: 'ldap', makesPrincipals: true } as const
const self = ({ name }: TestClient): { iss: string; sub: string } => ({ iss: name, sub: name })

describe('a client assertion', () => {
  test.each(['ES256', 'ES384', 'EdDSA', 'RS256', 'PS256'])(
    'authenticates a client by a registered key with %s',
    async (alg) => {
      const client = await world.client()
      const key = await world.key(client, alg)
      const reply = await asClient(await assertion(key, self(client)))
      expect(reply).toMatchObject({ status: 200 })
      expect(decodeJwt(String(reply.body['access_token']))).toMatchObject({
        sub: client.name,
        obtained: 'client-key',
      })
      expect(await asClient(await assertion(key, self(client)), { client_id: client.name })).toMatchObject({
        status: 200,
      })
    },
  )

  test('yields exactly one token when many requests send it at the same time', async () => {
    const client = await world.client()
    const text = await assertion(await world.key(client), self(client))
    const replies = await Promise.all(Array.from({ length: 4 }, () => asClient(text)))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(await asClient(text)).toMatchObject({
      status: 401,
      body: { error: 'invalid_client', error_description: expect.stringContaining('used before') },
    })
  })

  test('authenticates an engine for a token exchange', async () => {
    const [trino, alice] = [await world.engine(), await world.client()]
    const key = await world.key(trino)
    const reply = await world.exchange({
      subject_token: await world.token(alice),
      client_assertion_type: jwtAssertion,
      client_assertion: await assertion(key, self(trino)),
    })
    expect(await world.identity(reply)).toMatchObject({
      principal: { subject: alice.name },
      actors: [{ subject: trino.name }],
    })
  })

  test('yields no token when any part of it is wrong, and the error does not help guesses', async () => {
    const [client, other] = [await world.client(), await world.client()]
    const key = await world.key(client)
    const foreign = await makeIssuerKey('ES256', key.kid)
    const hmac = new SignJWT({ ...self(client), aud, iat: now(), exp: now() + 60, jti: 'h' })
    const good = self(client)
    const untold = /not signed by a registered key/
    const cases: [string | Promise<string>, RegExp][] = [
      [assertion(foreign, good), untold],
      [assertion(key, { iss: 'nobody', sub: 'nobody' }), untold],
      [assertion(key, { iss: 'a\0b', sub: 'a\0b' }), untold],
      [assertion(key, { ...good, jti: 'a\0b' }), untold],
      [assertion(key, self(other)), untold],
      [assertion(key, good, { kid: 'other' }), untold],
      [assertion(key, good, { jwk: foreign.publicJwk }), untold],
      [assertion(key, good, { jku: 'https://evil.example' }), untold],
      [assertion(key, good, { x5u: 'https://evil.example' }), untold],
      [assertion(key, good, { typ: 'at+jwt' }), untold],
      [
        hmac
          .setProtectedHeader({ alg: 'HS256', kid: key.kid })
          .sign(Buffer.from(JSON.stringify(key.publicJwk))),
        untold,
      ],
      [(await assertion(key, good)).replace(/[^.]*$/, ''), untold],
      ['no-jwt', untold],
      [assertion(key, { ...good, sub: 'somebody' }), /must both be the client id/],
      [assertion(key, { ...good, aud: 'https://other.example' }), /aud of the assertion must be/],
      [assertion(key, { ...good, aud: [aud, 'https://other.example'] }), /aud of the assertion must be/],
      [assertion(key, { ...good, aud: undefined }), /claim aud/],
      [assertion(key, { ...good, exp: now() - 60 }), /expired/],
      [assertion(key, { ...good, exp: now() + 3_600 }), /300 seconds at most/],
      [assertion(key, { ...good, iat: now() + 60, exp: now() + 90 }), /in the future/],
      [assertion(key, { ...good, nbf: now() + 60 }), /claim nbf/],
      [assertion(key, { ...good, exp: undefined }), /claim exp/],
      [assertion(key, { ...good, iat: undefined }), /claim iat/],
      [assertion(key, { ...good, jti: undefined }), /claim jti/],
      [assertion(key, { ...good, jti: 'j'.repeat(300) }), /jti/],
    ]
    for (const [text, told] of cases) {
      world.server.reset()
      expect(await asClient(await text)).toMatchObject({
        status: 401,
        body: { error: 'invalid_client', error_description: expect.stringMatching(told) },
      })
    }
    world.server.reset()
    expect(await asClient(await assertion(key, good), { client_id: other.name })).toMatchObject({
      status: 401,
    })
    await setPrincipalEnabled(world.server.sql, client.id, false)
    expect(await asClient(await assertion(key, good))).toMatchObject({ status: 401 })
    await setPrincipalEnabled(world.server.sql, client.id, true)
    await deleteClientKey(world.server.sql, client.id, key.kid)
    expect(await asClient(await assertion(key, good))).toMatchObject({ status: 401 })
  })

  test('cannot be combined with another way of authentication', async () => {
    const client = await world.client()
    const text = await assertion(await world.key(client), self(client))
    for (const more of [{ client_secret: client.secret }, { client_assertion_type: 'jwt' }])
      expect(await asClient(text, more)).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    expect(
      await world.server.post(
        form({ grant_type: grantTypes.clientCredentials, client_assertion: text }),
        client.basic,
      ),
    ).toMatchObject({ status: 400 })
  })

  test('yields a token while too many wrong ones are refused', async () => {
    const client = await world.client()
    const bad = await makeIssuerKey()
    for (let turn = 0; turn < 5; turn += 1)
      expect((await asClient(await assertion(bad, self(client)))).status).toBe(401)
    expect(await asClient(await assertion(bad, self(client)))).toMatchObject({ status: 429 })
    expect(await asClient(await assertion(await world.key(client), self(client)))).toMatchObject({
      status: 200,
    })
    // Wrong assertions under another client id at the same address still get their own error.
    const other = await world.client()
    expect(await asClient(await assertion(bad, self(other)))).toMatchObject({ status: 401 })
  })
})

describe('a platform token of a workload', () => {
  test('authenticates its client until it expires, when its subject is registered', async () => {
    const client = await world.client()
    const sub = `system:serviceaccount:etl:${client.name}`
    const token = await world.idp.sign({ sub, aud })
    expect(await asClient(token)).toMatchObject({
      status: 401,
      body: { error_description: expect.stringMatching(/no client is known by its subject.*federation add/) },
    })
    await insertFederation(world.server.sql, client.id, { issuer: world.idp.issuer, subject: sub }, 16)
    for (let turn = 0; turn < 2; turn += 1) {
      const reply = await asClient(token)
      expect(decodeJwt(String(reply.body['access_token']))).toMatchObject({
        sub: client.name,
        obtained: 'client-federation',
      })
    }
    expect(await asClient(await world.idp.sign({ sub, aud: 'https://other' }))).toMatchObject({ status: 401 })
    expect(await asClient(await world.idp.sign({ sub, aud, exp: 1 }))).toMatchObject({ status: 401 })
  })

  test('never becomes the subject of an exchange', async () => {
    const trino = await world.engine()
    const sub = `sa-${trino.name}`
    await insertFederation(world.server.sql, trino.id, { issuer: world.idp.issuer, subject: sub }, 16)
    const token = await world.idp.sign({ sub, aud })
    expect(
      await world.exchange({
        subject_token: token,
        client_assertion: token,
        client_assertion_type: jwtAssertion,
      }),
    ).toMatchObject({
      status: 400,
      body: { error_description: expect.stringContaining('belongs to an engine') },
    })
    const alice = await world.client()
    const reply = await world.exchange(
      { subject_token: await world.token(alice) },
      { authorization: `Bearer ${token}` },
    )
    expect(await world.identity(reply)).toMatchObject({ actors: [{ subject: trino.name }] })
  })
})

describe('an assertion of an engine about its user', () => {
  test('yields a token with the user in sub, the engine in act, and the query id', async () => {
    const trino = await world.engine(named)
    const key = await world.key(trino)
    const claims = { iss: trino.name, sub: 'dave', auth_method: 'ldap', query_id: 'q-1' }
    world.server.lines.length = 0
    const reply = await grantFor(await assertion(key, claims), { scope: 'catalog' })
    expect(decodeJwt(String(reply.body['access_token']))).toMatchObject({
      sub: 'dave',
      sub_issuer: 'ldap',
      act: { sub: trino.name },
      obtained: 'assertion',
      query_id: 'q-1',
    })
    expect(reply.body['expires_in']).toBe(900)
    expect(JSON.parse(world.server.lines[0] ?? '')).toMatchObject({
      principal: 'ldap#dave',
      actors: [trino.name],
      query_id: 'q-1',
      detail: { engine: trino.name, authMethod: 'ldap' },
    })
  })

  test('works as the subject token of an exchange', async () => {
    const trino = await world.engine(named)
    const text = await assertion(await world.key(trino), { iss: trino.name, sub: 'dave' })
    const asked = { subject_token: text, subject_token_type: tokenTypes.jwt }
    expect(await world.identity(await world.exchange(asked, trino.basic))).toMatchObject({
      principal: { subject: 'dave' },
      obtainedBy: 'assertion',
    })
    expect(await world.exchange(asked, trino.basic)).toMatchObject({
      status: 400,
      body: { error_description: expect.stringContaining('used before') },
    })
  })

  test('works once; the server refuses a replay by any client at any endpoint', async () => {
    const trino = await world.engine(named)
    const key = await world.key(trino)
    const text = await assertion(key, { iss: trino.name, sub: 'dave' })
    const replies = await Promise.all(Array.from({ length: 4 }, () => grantFor(text)))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    // Another engine may use the same jti.
    const spark = await world.engine(named)
    const jti = 'the-same'
    for (const [engine, signer] of [
      [trino, key],
      [spark, await world.key(spark)],
    ] as const)
      expect(await grantFor(await assertion(signer, { iss: engine.name, sub: 'dave', jti }))).toMatchObject({
        status: 200,
      })
  })

  test('needs the permission in the entry of the engine, obeys its rules, and cannot be about the engine itself', async () => {
    const trino = await world.engine()
    const key = await world.key(trino)
    const told = async (claims: object = {}, more: Record<string, string> = {}): Promise<unknown> => {
      const reply = await grantFor(await assertion(key, { iss: trino.name, sub: 'dave', ...claims }), more)
      return reply.status === 200
        ? 'granted'
        : `${String(reply.body['error'])}: ${String(reply.body['error_description'])}`
    }
    expect(await told()).toMatch(/^unauthorized_client: .*--assertions/)
    await world.set(trino, { ...named, subjects: [{ issuer: 'ldap', pattern: 'd*', groups: [] }] })
    expect(await told()).toBe('granted')
    expect(await told({ sub: 'erin' })).toMatch(/^invalid_grant: .*--subject/)
    expect(await told({ sub: trino.name })).toMatch(/client_credentials/)
    expect(await told({ act: { sub: 'x' } })).toMatch(/must not contain an act claim/)
    expect(await told({ sub: 'd\u0001' })).toMatch(/user name/)
    expect(await told({ query_id: { a: 1 } })).toMatch(/query_id/)
    const other = await world.engine(named)
    expect(await told({}, { client_id: other.name, client_secret: other.secret })).toMatch(/another engine/)
    expect(await told({}, { client_id: trino.name, client_secret: trino.secret })).toBe('granted')
    await world.set(trino, null)
    expect(await told()).toMatch(/engine add/)
  })

  test('needs the signature of the engine; the server refuses a token of another issuer, a secret and an unsigned token', async () => {
    const trino = await world.engine(named)
    const foreign = await makeIssuerKey()
    const token = await world.idp.sign({ sub: 'dave', aud })
    for (const [text, told] of [
      [await assertion(foreign, { iss: trino.name, sub: 'dave' }), /not signed by a registered key/],
      ['x', /not signed by a registered key/],
    ] as const)
      expect(await grantFor(text)).toMatchObject({
        status: 400,
        body: { error: 'invalid_grant', error_description: expect.stringMatching(told) },
      })
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${token.split('.')[1]}.`
    for (const text of [token, unsigned])
      expect(await grantFor(text)).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect(await world.server.post(form({ grant_type: grantTypes.jwtBearer }), trino.basic)).toMatchObject({
      status: 400,
      body: { error: 'invalid_request' },
    })
  })

  test('can be the token of the user when the engine authenticates itself, with the result of an exchange', async () => {
    const trino = await world.engine()
    const token = await world.idp.sign({ sub: 'dave', aud })
    const onBehalf = (assertion: string, headers: Readonly<Record<string, string>>): Promise<Reply> =>
      world.server.post(form({ grant_type: grantTypes.jwtBearer, assertion }), headers)
    const granted = await onBehalf(token, trino.basic)
    expect(granted).toMatchObject({ status: 200 })
    expect(await world.identity(granted)).toMatchObject({
      principal: { issuer: world.idp.issuer, subject: 'dave' },
      actors: [{ subject: trino.name }],
      obtainedBy: 'external-token',
    })
    expect(await onBehalf(token, (await world.client()).basic)).toMatchObject({
      body: { error: 'unauthorized_client' },
    })
    expect(await onBehalf(await world.idp.sign({ sub: 'dave', aud: 'x' }), trino.basic)).toMatchObject({
      body: { error: 'invalid_grant' },
    })
  })

  test('that is wrong does not delay other clients at the same address', async () => {
    const [trino, other] = [await world.engine(named), await world.engine(named)]
    const foreign = await makeIssuerKey()
    const good = async (engine: TestClient): Promise<string> =>
      assertion(await world.key(engine), { iss: engine.name, sub: 'dave' })
    for (let turn = 0; turn < 5; turn += 1) {
      const wrong = await assertion(foreign, { iss: trino.name, sub: 'dave' })
      expect(await grantFor(wrong)).toMatchObject({ status: 400 })
    }
    const again = async (engine: TestClient): Promise<Reply> =>
      grantFor(await assertion(foreign, { iss: engine.name, sub: 'dave' }))
    expect(await again(trino)).toMatchObject({ status: 429 })
    expect(await again(other)).toMatchObject({ status: 400 })
    for (const engine of [trino, other])
      expect(await grantFor(await good(engine))).toMatchObject({ status: 200 })
  })

  test('has an id that is deleted some time after it expires, and not before', async () => {
    const { sql } = world.server
    await sql.run(
      statement(
        'test-old-ids',
        `insert into used_assertion select 'test', 'id-' || n, now() - n * interval '40 minutes' from generate_series(0, 4) n`,
      ),
    )
    expect(await forgetUsedAssertions(sql, 100)).toBe(3)
  })
})
