import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { Policies } from '../access/policies.ts'
import { openEngine } from '../../test/access/access-fixture.ts'
import { findEngine, findEngineOfParty, insertEngine } from '../store/engines.ts'
import { findFederatedClient } from '../store/client-federations.ts'
import { policyVersion } from '../store/policies.ts'
import { insertPrincipal, ownIssuer } from '../store/principals.ts'
import { testIssuer, testManagement } from '../../test/management/management.ts'

const server = await testManagement()
const { admin, as, principal } = server
afterAll(() => server[Symbol.asyncDispose]())

describe('The engine operations', () => {
  test('the server registers an engine with an entry that allows little, and each change increments the policy version', async () => {
    const { clientId, id } = await principal()
    const before = await policyVersion(server.store.sql)
    const made = await as(admin, 'POST /engines', { principal: clientId })
    expect(made).toMatchObject({
      status: 201,
      body: {
        id,
        name: clientId,
        subjects: [],
        firstCalls: 'config-only',
        warehouses: null,
        privileges: null,
        unsignedSubjects: false,
        assertions: false,
        makesPrincipals: false,
        namesAdministrators: false,
        administers: false,
        refreshes: true,
        viewChains: false,
        tokenSeconds: 900,
        sessionSeconds: 86_400,
      },
    })
    expect(await policyVersion(server.store.sql)).not.toBe(before)
    expect(await as(admin, 'POST /engines', { principal: clientId })).toMatchObject({ status: 409 })
    const changed = await as(admin, `PATCH /engines/${clientId}`, {
      subjects: [{ issuer: testIssuer, groups: ['analysts'] }],
      privileges: ['select'],
    })
    expect(changed.body).toMatchObject({
      subjects: [{ issuer: testIssuer, pattern: '*', groups: ['analysts'] }],
      privileges: ['select'],
      firstCalls: 'config-only',
    })
    expect((await as(admin, `GET /engines/${clientId}`)).body).toEqual(changed.body)
    expect((await as(admin, 'GET /engines')).body).toMatchObject({
      engines: expect.arrayContaining([expect.objectContaining({ name: clientId })]) as unknown,
    })
    expect(await as(admin, `DELETE /engines/${clientId}`)).toMatchObject({ status: 204 })
    expect(await as(admin, `GET /engines/${clientId}`)).toMatchObject({
      status: 404,
      body: { error: { message: expect.stringContaining('headgate engine add') as string } },
    })
    expect(await as(admin, `GET /principals/${clientId}`)).toMatchObject({ status: 200 })
  })

  test('the server ends all sessions of an engine when the engine is removed, also when it is registered again', async () => {
    const { clientId, id, who } = await principal()
    await as(admin, 'POST /engines', { principal: clientId })
    const began = { issuedAt: Date.now() }
    await as(admin, `DELETE /engines/${clientId}`)
    await as(admin, 'POST /engines', {
      principal: clientId,
      subjects: [{ issuer: 'headgate' }],
      firstCalls: 'service',
    })
    const policies = await Policies.open({ sql: server.store.sql })
    await using _ = policies
    const { who: user } = await principal()
    const through = { ...user, actors: [who.principal] }
    expect((await policies.get({ ...who, ...began })).shutOut).toBe('principal')
    expect((await policies.get({ ...through, ...began })).shutOut).toBe('engine')
    const row = await findEngine(server.store.sql, id)
    const later = { issuedAt: (row?.notBefore ?? 0) + 1 }
    expect((await policies.get({ ...who, ...later })).enabled).toBe(true)
    expect((await policies.get({ ...through, ...later })).enabled).toBe(true)
  })

  test.each<[string, object, RegExp]>([
    ['states names of unknown users', { unsignedSubjects: true }, /namesIssuer/],
    ['asserts names of unknown users', { assertions: true }, /namesIssuer/],
    ['creates principals of this server', { namesIssuer: 'headgate', makesPrincipals: true }, /ldap/],
    [
      'makes principals of an issuer whose tokens say who they are',
      { namesIssuer: testIssuer, makesPrincipals: true },
      /only a token of this issuer/,
    ],
    ['reaches a warehouse that does not exist', { warehouses: ['nowhere'] }, /no warehouse nowhere/],
    ['has a privilege that does not exist', { privileges: ['read'] }, /privileges/],
    ['has first calls that do not exist', { firstCalls: 'all' }, /firstCalls/],
    ['has tokens for a second', { tokenSeconds: 1 }, /tokenSeconds/],
    ['has an unknown member', { trusted: true }, /trusted/],
  ])('the server refuses an engine entry that %s', async (_name, entry, message) => {
    const { clientId } = await principal()
    const refused = await as(admin, 'POST /engines', { principal: clientId, ...entry })
    expect(refused.status).toBeGreaterThanOrEqual(400)
    expect(refused.body.error.message).toMatch(message)
    expect(await findEngine(server.store.sql, clientId).catch(() => null)).toBeNull()
  })

  test('the server accepts users of a configured issuer in an engine entry, and the error for an unknown issuer names the configured issuers', async () => {
    const { clientId } = await principal()
    const rule = (issuer: string): object => ({ subjects: [{ issuer: ownIssuer }, { issuer }] })
    const mistyped = rule(`${testIssuer}/`)
    const message = `The server accepts no tokens of the issuer ${testIssuer}/ and has no principals of it, so the engine could not act for any of its users. Configured issuers, which must match exactly: ${testIssuer}. Principals of this server have the issuer headgate.`
    const refused = { status: 400, body: { error: { code: 'bad-request', message: message } } }
    expect(await as(admin, 'POST /engines', { principal: clientId, ...mistyped })).toMatchObject(refused)
    expect(await as(admin, `GET /engines/${clientId}`)).toMatchObject({ status: 404 })
    await as(admin, 'POST /engines', { principal: clientId, ...rule(testIssuer) })
    expect(await as(admin, `PATCH /engines/${clientId}`, mistyped)).toMatchObject(refused)
    expect(await as(admin, `PATCH /engines/${clientId}`, { subjects: [] })).toMatchObject({ status: 200 })
  })

  test('the server accepts users of an issuer without tokens in an engine entry when the engine creates their principals', async () => {
    const issuer = `ldap-${randomUUID()}`
    const [maker, other] = [await principal(), await principal()]
    const subjects = [{ issuer }]
    const states = { namesIssuer: issuer, unsignedSubjects: true, subjects }
    const post = async (entry: object): Promise<number> => (await as(admin, 'POST /engines', entry)).status
    expect(await post({ principal: maker.clientId, ...states })).toBe(400)
    expect(await post({ principal: maker.clientId, ...states, makesPrincipals: true })).toBe(201)
    expect(await post({ principal: other.clientId, subjects })).toBe(400)
    const user = { id: randomUUID(), issuer, subject: 'dora', name: 'dora', kind: 'user' } as const
    await insertPrincipal(server.store.sql, user)
    expect(await post({ principal: other.clientId, subjects })).toBe(201)
  })

  test('the server keeps rules whose issuer is no longer configured when other fields of an engine entry change', async () => {
    const { clientId, id } = await principal()
    const gone = { issuer: 'https://gone.example', pattern: '*', groups: [] }
    await insertEngine(server.store.sql, id, { ...openEngine, subjects: [gone] })
    const path = `PATCH /engines/${clientId}`
    expect(await as(admin, path, { refreshes: false })).toMatchObject({ status: 200 })
    const narrower = { ...gone, pattern: 'a*' }
    expect(await as(admin, path, { subjects: [narrower] })).toMatchObject({ body: { subjects: [narrower] } })
  })

  test('the server refuses to register the caller itself or an unknown principal as an engine', async () => {
    expect(await as(admin, 'POST /engines', { principal: 'admin' })).toMatchObject({ status: 400 })
    expect(await as(admin, 'POST /engines', { principal: 'nobody' })).toMatchObject({ status: 404 })
  })

  test('the server deletes an engine entry together with its principal', async () => {
    const { clientId, id } = await principal()
    await as(admin, 'POST /engines', { principal: clientId })
    await as(admin, `DELETE /principals/${clientId}`)
    expect(await findEngine(server.store.sql, id)).toBeNull()
  })
})

describe('The operations for proofs of a client', () => {
  const publicJwk = async (alg: string): Promise<JWK> =>
    exportJWK((await generateKeyPair(alg, { extractable: true })).publicKey)

  test('the server accepts public keys of a client and stores only the members that it needs', async () => {
    const { clientId } = await principal()
    const jwk = { ...(await publicJwk('ES256')), kid: 'k-1', x5u: 'https://evil.example', use: 'sig' }
    expect(await as(admin, `POST /principals/${clientId}/keys`, { jwk })).toMatchObject({
      status: 201,
      body: { id: 'k-1', jwk: { kty: 'EC', crv: 'P-256', x: jwk.x, y: jwk.y, alg: 'ES256' } },
    })
    expect(await as(admin, `POST /principals/${clientId}/keys`, { jwk })).toMatchObject({ status: 409 })
    const rsa = { ...(await publicJwk('RS256')), alg: 'RS256' }
    const second = await as(admin, `POST /principals/${clientId}/keys`, { jwk: rsa })
    expect(second.body.id).toMatch(/^[\w-]{43}$/)
    expect((await as(admin, `GET /principals/${clientId}/keys`)).body.keys).toHaveLength(2)
    expect(await as(admin, `DELETE /principals/${clientId}/keys/k-1`)).toMatchObject({ status: 204 })
    expect(await as(admin, `DELETE /principals/${clientId}/keys/k-1`)).toMatchObject({ status: 404 })
  })

  test('the server refuses private, symmetric, weak and malformed keys of a client', async () => {
    const { clientId } = await principal()
    const { privateKey } = await generateKeyPair('ES256', { extractable: true })
    const p256 = await publicJwk('ES256')
    const keys: [object, RegExp][] = [
      [await exportJWK(privateKey), /private key/],
      [{ kty: 'oct', k: 'c2VjcmV0' }, /kty/],
      [{ kty: '__proto__' }, /kty/],
      [{ ...p256, alg: 'HS256' }, /ES256/],
      [{ ...p256, alg: 'none' }, /ES256/],
      [{ ...p256, crv: 'secp256k1' }, /curve/],
      [{ ...p256, x: 'AAAA' }, /contradict each other/],
      [{ kty: 'RSA', n: 'AQAB', e: 'AQAB', alg: 'RS256' }, /2048/],
      [{ ...(await publicJwk('RS256')) }, /alg/],
      [{ ...p256, kid: 'a b' }, /kid/],
    ]
    for (const [jwk, message] of keys) {
      const refused = await as(admin, `POST /principals/${clientId}/keys`, { jwk })
      expect(refused.status).toBe(400)
      expect(refused.body.error.message).toMatch(message)
    }
  })

  test('the server maps an issuer and subject to one client', async () => {
    const [one, other] = [await principal(), await principal()]
    const party = { issuer: 'https://kubernetes.example', subject: `system:serviceaccount:a:${one.clientId}` }
    const { sql } = server.store
    expect(await as(admin, `POST /principals/${one.clientId}/federations`, party)).toMatchObject({
      status: 201,
    })
    expect(await as(admin, `POST /principals/${other.clientId}/federations`, party)).toMatchObject({
      status: 409,
    })
    expect(await findFederatedClient(sql, party.issuer, party.subject)).toMatchObject({ id: one.id })
    expect(await findEngineOfParty(sql, party.issuer, party.subject)).toBeNull()
    await as(admin, 'POST /engines', { principal: one.clientId })
    expect(await findEngineOfParty(sql, party.issuer, party.subject)).toMatchObject({ id: one.id })
    expect(await findEngineOfParty(sql, 'headgate', one.clientId)).toMatchObject({ id: one.id })
    expect(await as(admin, `POST /principals/${one.clientId}/federations/remove`, party)).toMatchObject({
      status: 204,
    })
    expect(await findFederatedClient(sql, party.issuer, party.subject)).toBeNull()
  })
})
