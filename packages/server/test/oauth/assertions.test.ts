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

let fixture: TestEngines
beforeAll(async () => {
  fixture = await testEngines()
})
afterAll(() => fixture[Symbol.asyncDispose]())
beforeEach(() => fixture.server.reset())

const now = (): number => Math.floor(Date.now() / 1000)
const aud = 'https://catalog.example'

function asClient(client_assertion: string, more: Record<string, string> = {}): Promise<Reply> {
  return fixture.server.post(
    form({
      grant_type: grantTypes.clientCredentials,
      client_assertion_type: jwtAssertion,
      client_assertion,
      ...more,
    }),
  )
}

function grantFor(text: string, more: Record<string, string> = {}): Promise<Reply> {
  return fixture.server.post(form({ grant_type: grantTypes.jwtBearer, assertion: text, ...more }))
}

const named = { assertions: true, namesIssuer: 'ldap', makesPrincipals: true } as const
const self = ({ name }: TestClient): { iss: string; sub: string } => ({ iss: name, sub: name })

describe('a client assertion', () => {
  test.each(['ES256', 'ES384', 'EdDSA', 'RS256', 'PS256'])(
    'a client assertion authenticates a client by a registered key with %s',
    async (alg) => {
      const client = await fixture.client()
      const key = await fixture.key(client, alg)
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

  test('a client assertion yields exactly one token when many concurrent requests contain it', async () => {
    const client = await fixture.client()
    const text = await assertion(await fixture.key(client), self(client))
    const replies = await Promise.all(Array.from({ length: 4 }, () => asClient(text)))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(await asClient(text)).toMatchObject({
      status: 401,
      body: { error: 'invalid_client', error_description: expect.stringContaining('used before') },
    })
  })

  test('a client assertion authenticates an engine for a token exchange', async () => {
    const [trino, alice] = [await fixture.engine(), await fixture.client()]
    const key = await fixture.key(trino)
    const reply = await fixture.exchange({
      subject_token: await fixture.token(alice),
      client_assertion_type: jwtAssertion,
      client_assertion: await assertion(key, self(trino)),
    })
    expect(await fixture.identity(reply)).toMatchObject({
      principal: { subject: alice.name },
      actors: [{ subject: trino.name }],
    })
  })

  test('a client assertion with any wrong part yields no token, and the error does not reveal which part is wrong', async () => {
    const [client, other] = [await fixture.client(), await fixture.client()]
    const key = await fixture.key(client)
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
    for (const [text, description] of cases) {
      fixture.server.reset()
      expect(await asClient(await text)).toMatchObject({
        status: 401,
        body: { error: 'invalid_client', error_description: expect.stringMatching(description) },
      })
    }
    fixture.server.reset()
    expect(await asClient(await assertion(key, good), { client_id: other.name })).toMatchObject({
      status: 401,
    })
    await setPrincipalEnabled(fixture.server.sql, client.id, false)
    expect(await asClient(await assertion(key, good))).toMatchObject({ status: 401 })
    await setPrincipalEnabled(fixture.server.sql, client.id, true)
    await deleteClientKey(fixture.server.sql, client.id, key.kid)
    expect(await asClient(await assertion(key, good))).toMatchObject({ status: 401 })
  })

  test('a client assertion cannot be combined with another authentication method', async () => {
    const client = await fixture.client()
    const text = await assertion(await fixture.key(client), self(client))
    for (const more of [{ client_secret: client.secret }, { client_assertion_type: 'jwt' }])
      expect(await asClient(text, more)).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    expect(
      await fixture.server.post(
        form({ grant_type: grantTypes.clientCredentials, client_assertion: text }),
        client.basic,
      ),
    ).toMatchObject({ status: 400 })
  })

  test('a valid client assertion yields a token while the server limits many wrong ones', async () => {
    const client = await fixture.client()
    const bad = await makeIssuerKey()
    for (let turn = 0; turn < 5; turn += 1)
      expect((await asClient(await assertion(bad, self(client)))).status).toBe(401)
    expect(await asClient(await assertion(bad, self(client)))).toMatchObject({ status: 429 })
    expect(await asClient(await assertion(await fixture.key(client), self(client)))).toMatchObject({
      status: 200,
    })
    // The limit for wrong attempts of one client id does not change the errors for another client id at the
    // same address.
    const other = await fixture.client()
    expect(await asClient(await assertion(bad, self(other)))).toMatchObject({ status: 401 })
  })
})

describe('a platform token of a workload', () => {
  test('a platform token authenticates the client for which its subject is registered, until the token expires', async () => {
    const client = await fixture.client()
    const sub = `system:serviceaccount:etl:${client.name}`
    const token = await fixture.idp.sign({ sub, aud })
    expect(await asClient(token)).toMatchObject({
      status: 401,
      body: { error_description: expect.stringMatching(/its subject is not registered.*federation add/) },
    })
    await insertFederation(fixture.server.sql, client.id, { issuer: fixture.idp.issuer, subject: sub }, 16)
    for (let turn = 0; turn < 2; turn += 1) {
      const reply = await asClient(token)
      expect(decodeJwt(String(reply.body['access_token']))).toMatchObject({
        sub: client.name,
        obtained: 'client-federation',
      })
    }
    expect(await asClient(await fixture.idp.sign({ sub, aud: 'https://other' }))).toMatchObject({
      status: 401,
    })
    expect(await asClient(await fixture.idp.sign({ sub, aud, exp: 1 }))).toMatchObject({ status: 401 })
  })

  test('a platform token of a workload is never accepted as the subject of an exchange', async () => {
    const trino = await fixture.engine()
    const sub = `sa-${trino.name}`
    await insertFederation(fixture.server.sql, trino.id, { issuer: fixture.idp.issuer, subject: sub }, 16)
    const token = await fixture.idp.sign({ sub, aud })
    expect(
      await fixture.exchange({
        subject_token: token,
        client_assertion: token,
        client_assertion_type: jwtAssertion,
      }),
    ).toMatchObject({
      status: 400,
      body: { error_description: expect.stringContaining('belongs to an engine') },
    })
    const alice = await fixture.client()
    const reply = await fixture.exchange(
      { subject_token: await fixture.token(alice) },
      { authorization: `Bearer ${token}` },
    )
    expect(await fixture.identity(reply)).toMatchObject({ actors: [{ subject: trino.name }] })
  })
})

describe('an assertion of an engine about its user', () => {
  test("an engine's assertion about its user yields a token with the user in sub, the engine in act, and the query id", async () => {
    const trino = await fixture.engine(named)
    const key = await fixture.key(trino)
    const claims = { iss: trino.name, sub: 'dave', auth_method: 'ldap', query_id: 'q-1' }
    fixture.server.lines.length = 0
    const reply = await grantFor(await assertion(key, claims), { scope: 'catalog' })
    expect(decodeJwt(String(reply.body['access_token']))).toMatchObject({
      sub: 'dave',
      sub_issuer: 'ldap',
      act: { sub: trino.name },
      obtained: 'assertion',
      query_id: 'q-1',
    })
    expect(reply.body['expires_in']).toBe(900)
    expect(JSON.parse(fixture.server.lines[0] ?? '')).toMatchObject({
      principal: 'ldap#dave',
      actors: [trino.name],
      query_id: 'q-1',
      detail: { engine: trino.name, authMethod: 'ldap' },
    })
  })

  test("an engine's assertion about its user is accepted as the subject token of an exchange", async () => {
    const trino = await fixture.engine(named)
    const text = await assertion(await fixture.key(trino), { iss: trino.name, sub: 'dave' })
    const asked = { subject_token: text, subject_token_type: tokenTypes.jwt }
    expect(await fixture.identity(await fixture.exchange(asked, trino.basic))).toMatchObject({
      principal: { subject: 'dave' },
      obtainedBy: 'assertion',
    })
    expect(await fixture.exchange(asked, trino.basic)).toMatchObject({
      status: 400,
      body: { error_description: expect.stringContaining('used before') },
    })
  })

  test("an engine's assertion about its user can be used once; the server refuses a replay by any client at any endpoint", async () => {
    const trino = await fixture.engine(named)
    const key = await fixture.key(trino)
    const text = await assertion(key, { iss: trino.name, sub: 'dave' })
    const replies = await Promise.all(Array.from({ length: 4 }, () => grantFor(text)))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    // Another engine may use the same jti.
    const spark = await fixture.engine(named)
    const jti = 'the-same'
    for (const [engine, signer] of [
      [trino, key],
      [spark, await fixture.key(spark)],
    ] as const)
      expect(await grantFor(await assertion(signer, { iss: engine.name, sub: 'dave', jti }))).toMatchObject({
        status: 200,
      })
  })

  test("an assertion about a user needs the permission and a matching rule in the engine's entry, and cannot name the engine itself", async () => {
    const trino = await fixture.engine()
    const key = await fixture.key(trino)
    const description = async (claims: object = {}, more: Record<string, string> = {}): Promise<unknown> => {
      const reply = await grantFor(await assertion(key, { iss: trino.name, sub: 'dave', ...claims }), more)
      return reply.status === 200
        ? 'granted'
        : `${String(reply.body['error'])}: ${String(reply.body['error_description'])}`
    }
    expect(await description()).toMatch(/^unauthorized_client: .*--assertions/)
    await fixture.set(trino, { ...named, subjects: [{ issuer: 'ldap', pattern: 'd*', groups: [] }] })
    expect(await description()).toBe('granted')
    expect(await description({ sub: 'erin' })).toMatch(/^invalid_grant: .*--subject/)
    expect(await description({ sub: trino.name })).toMatch(/client_credentials/)
    expect(await description({ act: { sub: 'x' } })).toMatch(/must not contain an act claim/)
    expect(await description({ sub: 'd\u0001' })).toMatch(/user name/)
    expect(await description({ query_id: { a: 1 } })).toMatch(/query_id/)
    const other = await fixture.engine(named)
    expect(await description({}, { client_id: other.name, client_secret: other.secret })).toMatch(
      /another engine/,
    )
    expect(await description({}, { client_id: trino.name, client_secret: trino.secret })).toBe('granted')
    await fixture.set(trino, null)
    expect(await description()).toMatch(/engine add/)
  })

  test('an assertion about a user needs the signature of the engine; the server refuses a token of another issuer, a secret and an unsigned token', async () => {
    const trino = await fixture.engine(named)
    const foreign = await makeIssuerKey()
    const token = await fixture.idp.sign({ sub: 'dave', aud })
    for (const [text, description] of [
      [await assertion(foreign, { iss: trino.name, sub: 'dave' }), /not signed by a registered key/],
      ['x', /not signed by a registered key/],
    ] as const)
      expect(await grantFor(text)).toMatchObject({
        status: 400,
        body: { error: 'invalid_grant', error_description: expect.stringMatching(description) },
      })
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${token.split('.')[1]}.`
    for (const text of [token, unsigned])
      expect(await grantFor(text)).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect(await fixture.server.post(form({ grant_type: grantTypes.jwtBearer }), trino.basic)).toMatchObject({
      status: 400,
      body: { error: 'invalid_request' },
    })
  })

  test("an engine that authenticates itself can send an assertion as the user's token, with the same result as an exchange", async () => {
    const trino = await fixture.engine()
    const token = await fixture.idp.sign({ sub: 'dave', aud })
    const onBehalf = (assertion: string, headers: Readonly<Record<string, string>>): Promise<Reply> =>
      fixture.server.post(form({ grant_type: grantTypes.jwtBearer, assertion }), headers)
    const granted = await onBehalf(token, trino.basic)
    expect(granted).toMatchObject({ status: 200 })
    expect(await fixture.identity(granted)).toMatchObject({
      principal: { issuer: fixture.idp.issuer, subject: 'dave' },
      actors: [{ subject: trino.name }],
      obtainedBy: 'external-token',
    })
    expect(await onBehalf(token, (await fixture.client()).basic)).toMatchObject({
      body: { error: 'unauthorized_client' },
    })
    expect(await onBehalf(await fixture.idp.sign({ sub: 'dave', aud: 'x' }), trino.basic)).toMatchObject({
      body: { error: 'invalid_grant' },
    })
  })

  test('a wrong assertion about a user does not delay other clients at the same address', async () => {
    const [trino, other] = [await fixture.engine(named), await fixture.engine(named)]
    const foreign = await makeIssuerKey()
    const good = async (engine: TestClient): Promise<string> =>
      assertion(await fixture.key(engine), { iss: engine.name, sub: 'dave' })
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

  test('the stored id (jti) of an assertion is deleted some time after the assertion expires, and not before', async () => {
    const { sql } = fixture.server
    await sql.run(
      statement(
        'test-old-ids',
        `insert into used_assertion select 'test', 'id-' || n, now() - n * interval '40 minutes' from generate_series(0, 4) n`,
      ),
    )
    expect(await forgetUsedAssertions(sql, 100)).toBe(3)
  })
})
