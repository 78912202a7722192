import { createHmac, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { isHeadgateError } from '@headgate/errors'
import { SignJWT, decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ProvenIdentity } from '../proven-identity.ts'
import { KeyRing } from '../keys/key-ring.ts'
import { masterKeyFrom } from '../keys/master-key.ts'
import { addKey, promoteKey, revokeKey } from '../keys/rotate.ts'
import { testStore, type TestStore } from '../../test/store/database.ts'
import { readIdentity } from './session-claims.ts'
import { Sessions } from './sessions.ts'

const issuer = 'https://catalog.example'
const master = masterKeyFrom(randomBytes(32))
const principal = { id: randomUUID(), issuer: 'headgate', subject: 'etl', name: 'etl' }
const identity: ProvenIdentity = { principal, actors: [], method: 'client-secret', expiresAt: null }

let store: TestStore
let ring: KeyRing
let now = Date.parse('2026-01-01T00:00:00.250Z')
let sessions: Sessions

beforeAll(async () => {
  store = await testStore()
  ring = await KeyRing.open({ sql: store.sql, master, unknownKeyCooldownMs: 0 })
  sessions = new Sessions({ ring, issuer, audience: issuer, ttlSeconds: 3600, now: () => now })
})
afterAll(async () => {
  await ring[Symbol.asyncDispose]()
  await store[Symbol.asyncDispose]()
})

const mint = async (): Promise<string> =>
  (await sessions.mint({ identity, clientId: 'etl', scope: 'catalog' })).token

/** Signs a token with the signing key of the server, and replaces claims and header parameters. */
function forge(
  claims: { readonly [name in keyof JWTPayload]: unknown } = {},
  header: Record<string, string | undefined> = {},
): Promise<string> {
  const key = ring.signing('session-token')
  const seconds = now / 1000
  const payload = {
    iss: issuer,
    aud: issuer,
    sub: 'etl',
    client_id: 'etl',
    iat: seconds,
    exp: Math.floor(seconds) + 60,
    jti: 'x',
    principal_id: principal.id,
  }
  return new SignJWT({ ...payload, ...claims } as JWTPayload)
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: key.id, ...header })
    .sign(key.privateKey)
}

async function refusal(token: string): Promise<{ message: string; reason: string }> {
  try {
    await sessions.verify(token)
  } catch (error) {
    if (isHeadgateError(error, 'unauthenticated'))
      return { message: error.message, reason: String(error.cause) }
    throw error
  }
  throw new Error('the token was accepted')
}

describe('A session token', () => {
  test('Sessions accepts a token with the longest allowed names, and refuses to mint a token with longer names', async () => {
    const long = '\u5b57'.repeat(512)
    const user = { id: randomUUID(), issuer: 'https://idp.example', subject: long, name: long }
    const engine = { ...principal, subject: 'e'.repeat(128), name: 'e'.repeat(128) }
    const behind = (...actors: ProvenIdentity['actors']): ProvenIdentity => ({
      ...identity,
      principal: user,
      actors,
    })
    const clientId = engine.subject
    const made = await sessions.mint({ identity: behind(engine), clientId, scope: 'catalog' })
    expect(await sessions.verify(made.token)).toMatchObject({ principal: { subject: long } })
    const far = { ...user, subject: `${long}2` }
    const minting = sessions.mint({ identity: behind(engine, far, far, far), clientId, scope: 'catalog' })
    await expect(minting).rejects.toMatchObject({ code: 'invalid-grant' })
  })

  test('a session token has the header and claims of RFC 9068', async () => {
    const token = await mint()
    expect(decodeProtectedHeader(token)).toEqual({
      alg: 'ES256',
      typ: 'at+jwt',
      kid: ring.signing('session-token').id,
    })
    const claims = decodeJwt(token)
    expect(claims).toMatchObject({
      iss: issuer,
      aud: issuer,
      sub: 'etl',
      client_id: 'etl',
      scope: 'catalog',
      principal_id: principal.id,
    })
    expect(claims.iat).toBe(now / 1000)
    expect(claims.exp).toBe(Math.floor(now / 1000) + 3600)
    expect(claims.jti).toBeTypeOf('string')
  })

  test('a verified session token returns its principal, an empty list of actors, and its times of issue and expiry', async () => {
    expect(await sessions.verify(await mint())).toEqual({
      principal,
      actors: [],
      method: 'session-token',
      obtainedBy: 'client-secret',
      expiresAt: Math.floor(now / 1000) * 1000 + 3_600_000,
      issuedAt: now,
    })
  })

  test('Sessions.verify returns the identity of a cached token synchronously', async () => {
    const token = await mint()
    const first = sessions.verify(token)
    expect(first).toBeInstanceOf(Promise)
    expect(sessions.verify(token)).toBeInstanceOf(Promise)
    await first
    expect(sessions.verify(token)).toBe(await first)
  })

  test('Sessions refuses a session token after its expiry, even if the token is cached', async () => {
    const token = await mint()
    await sessions.verify(token)
    now += 3_600_000 + 6_000
    expect((await refusal(token)).message).toMatch(/expired/)
  })

  test('Sessions.recognize returns the identity of an expired token, and Sessions.verify refuses the token', async () => {
    const token = await mint()
    now += 7_200_000
    expect(await sessions.recognize(token)).toMatchObject({ principal, actors: [] })
    await refusal(token)
    expect(await sessions.recognize(`${token}x`)).toBeNull()
    expect(await sessions.recognize(await forge({ iss: 'https://evil.example' }))).toBeNull()
    expect(await sessions.recognize(unsigned('none'))).toBeNull()
    for (const text of ['', 'a.b.c', '{}', 'a'.repeat(5000)])
      expect(await sessions.recognize(text)).toBeNull()
  })
})

describe('a token of a user behind an engine', () => {
  const engine = (name: string): ProvenIdentity['principal'] => ({
    id: randomUUID(),
    issuer: 'headgate',
    subject: name,
    name,
  })
  const alice = { id: randomUUID(), issuer: 'https://idp.example', subject: 'u-1', name: 'Alice' }
  const behind = (...actors: ProvenIdentity['principal'][]): ProvenIdentity => ({
    principal: alice,
    actors,
    method: 'external-token',
    expiresAt: null,
  })

  test('a token of a user contains the user in sub and the engines in act, and its verification returns the same identity', async () => {
    const [trino, bi] = [engine('trino'), { ...engine('svc'), issuer: 'https://idp.example' }]
    const identity = {
      ...behind(trino, bi),
      authTime: Math.floor(now / 1000) * 1000 - 60_000,
      sessionEndsAt: Math.floor(now / 1000) * 1000 + 86_400_000,
      queryId: '20260101_0001',
    }
    const { token } = await sessions.mint({ identity, clientId: 'trino', scope: 'catalog' })
    expect(decodeJwt(token)).toMatchObject({
      sub: 'u-1',
      sub_issuer: 'https://idp.example',
      client_id: 'trino',
      obtained: 'external-token',
      query_id: '20260101_0001',
      act: { sub: 'trino', client_id: 'trino', act: { sub: 'svc', iss: 'https://idp.example' } },
    })
    const { expiresAt, issuedAt, ...who } = readIdentity(decodeJwt(token)) ?? {}
    expect(who).toEqual({
      principal: alice,
      actors: [trino, bi],
      method: 'session-token',
      obtainedBy: 'external-token',
      authTime: identity.authTime,
      sessionEndsAt: identity.sessionEndsAt,
      queryId: '20260101_0001',
    })
    expect([expiresAt, issuedAt]).toEqual([Math.floor(now / 1000) * 1000 + 3_600_000, now])
    expect(await sessions.verify(token)).toMatchObject(who)
  })

  test('a token expires at the earliest of the default lifetime, the requested lifetime, notAfter and the end of the session', async () => {
    const life = async (
      more: { ttlSeconds?: number; notAfter?: number },
      session: Partial<ProvenIdentity> = {},
    ): Promise<number> =>
      (
        await sessions.mint({
          identity: { ...behind(engine('trino')), ...session },
          clientId: 'trino',
          scope: 'catalog',
          ...more,
        })
      ).ttlSeconds
    expect(await life({})).toBe(3600)
    expect(await life({ ttlSeconds: 900 })).toBe(900)
    expect(await life({ ttlSeconds: 9000 })).toBe(3600)
    expect(await life({ ttlSeconds: 900, notAfter: now + 60_000 })).toBe(60)
    expect(await life({ ttlSeconds: 900 }, { sessionEndsAt: now + 30_000 })).toBe(30)
    await expect(life({ notAfter: now - 60_000 })).rejects.toThrow(/in the past/)
  })

  test('Sessions refuses to mint a token with more than four engines in act', async () => {
    const five = Array.from({ length: 5 }, (_, index) => engine(`e${index}`))
    const mintFor = (actors: ProvenIdentity['principal'][]): Promise<unknown> =>
      sessions.mint({ identity: behind(...actors), clientId: 'e0', scope: 'catalog' })
    await expect(mintFor(five.slice(1))).resolves.toBeDefined()
    await expect(mintFor(five)).rejects.toThrow(/4 engines/)
  })

  test.each<[string, unknown]>([
    ['a name only', { sub: 'trino' }],
    ['a text', 'trino'],
    ['null', null],
    ['a list', [{ sub: 'trino', principal_id: randomUUID() }]],
    ['no subject', { principal_id: randomUUID() }],
    ['an inner one that is none', { sub: 'trino', principal_id: randomUUID(), act: 'x' }],
    ['an issuer that is not a text', { sub: 'trino', principal_id: randomUUID(), iss: 1 }],
    ['a deep chain', nested(6)],
  ])('Sessions refuses a correctly signed token whose act claim is %s', async (_name, act) => {
    expect((await refusal(await forge({ act }))).reason).toMatch(/wrong claims/)
  })

  function nested(depth: number): unknown {
    const act = { sub: 'e', principal_id: randomUUID() }
    return depth === 0 ? act : { ...act, act: nested(depth - 1) }
  }
})

describe('hostile tokens', () => {
  const otherKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })

  test.each<[string, () => string | Promise<string>, RegExp]>([
    ['of another key', () => forgeWith(otherKey.privateKey), /wrong signature/],
    ['with an unknown kid', () => forge({}, { kid: 'nothing' }), /unknown key/],
    ['without a kid', () => forge({}, { kid: undefined }), /unknown key/],
    ['with a kid that is a path', () => forge({}, { kid: '../../etc/passwd' }), /unknown key/],
    [
      'with the kid of a page token key',
      () => forge({}, { kid: ring.sealing('page-token').id }),
      /unknown key/,
    ],
    ['with typ JWT', () => forge({}, { typ: 'JWT' }), /wrong type/],
    ['without typ', () => forge({}, { typ: undefined }), /wrong type/],
    ['with typ id token', () => forge({}, { typ: 'id_token+jwt' }), /wrong type/],
    ['of another issuer', () => forge({ iss: 'https://evil.example' }), /another public URL/],
    ['of the issuer with a slash', () => forge({ iss: `${issuer}/` }), /another public URL/],
    ['for another audience', () => forge({ aud: 'https://other.example' }), /wrong audience/],
    ['for no audience', () => forge({ aud: undefined }), /wrong audience/],
    ['for other audiences in a list', () => forge({ aud: ['a', 'b'] }), /wrong audience/],
    ['expired', () => forge({ exp: now / 1000 - 60 }), /expired/],
    ['without exp', () => forge({ exp: undefined }), /wrong claims/],
    ['without sub', () => forge({ sub: undefined }), /wrong claims/],
    ['without principal id', () => forge({ principal_id: undefined }), /wrong claims/],
    ['with a principal id that is not a text', () => forge({ principal_id: ['a'] }), /wrong claims/],
    ['with exp as text', () => forge({ exp: '9999999999' }), /wrong claims/],
    ['not valid yet', () => forge({ nbf: now / 1000 + 600 }), /wrong claims/],
    ['obtained in a way that does not exist', () => forge({ obtained: 'luck' }), /wrong claims/],
    ['with an end of the session that is not a time', () => forge({ session_end: 'never' }), /wrong claims/],
    ['with a subject issuer that is not a text', () => forge({ sub_issuer: {} }), /wrong claims/],
    ['alg none', () => unsigned('none'), /malformed|wrong algorithm/],
    ['alg None', () => unsigned('None'), /malformed|wrong algorithm/],
    ['HS256 with the public key as secret', () => hmacWithPublicKey(), /wrong algorithm/],
    ['too long', () => `${'a'.repeat(9_000)}.b.c`, /too long/],
    ['empty', () => '', /not a JWT/],
    ['not a token', () => 'secret', /not a JWT/],
    ['two parts', () => 'a.b', /not a JWT/],
    ['five parts', () => 'a.b.c.d.e', /not a JWT/],
  ])('Sessions refuses a token: %s', async (_name, make, reason) => {
    const refused = await refusal(await make())
    expect(refused.reason).toMatch(reason)
    expect(refused.message).toMatch(/expired|not a valid token of this server/)
  })

  test('Sessions refuses a token that was truncated or changed', async () => {
    const token = await mint()
    for (let length = 0; length < token.length; length += 7)
      expect((await refusal(token.slice(0, length))).reason).not.toBe('')
    const [header = '', payload = '', signature = ''] = token.split('.')
    const claims = { ...decodeJwt(token), sub: 'admin' }
    await refusal(`${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`)
    await refusal(`${header}.${payload}.${'A'.repeat(signature.length)}`)
    await refusal(`${header}.${payload}.`)
  })

  test('the error for a refused token does not contain the token, and refused tokens are not cached', async () => {
    const token = await forge({ aud: 'https://other.example' })
    for (let time = 0; time < 3; time += 1) {
      const { message, reason } = await refusal(token)
      expect(message + reason).not.toContain(token.slice(0, 20))
    }
  })

  function forgeWith(privateKey: typeof otherKey.privateKey): Promise<string> {
    const header = { alg: 'ES256', typ: 'at+jwt', kid: ring.signing('session-token').id }
    return new SignJWT({
      iss: issuer,
      aud: issuer,
      sub: 'etl',
      client_id: 'etl',
      iat: 1,
      exp: 9_999_999_999,
      jti: 'x',
      principal_id: principal.id,
    })
      .setProtectedHeader(header)
      .sign(privateKey)
  }
})

describe('a rotation of the signing key', () => {
  test('after a key rotation, Sessions accepts tokens of the old key until the key is deleted, and then refuses even cached tokens of the key', async () => {
    const old = ring.signing('session-token').id
    const token = await mint()
    await sessions.verify(token)
    await promoteKey(store.sql, await addKey(store.sql, master, 'session-token'), 0)
    await ring.reload()
    expect(await sessions.verify(token)).toMatchObject({ principal })
    await revokeKey(store.sql, old)
    await ring.reload()
    expect((await refusal(token)).reason).toMatch(/unknown key/)
  })

  test('Sessions reloads the key ring once and accepts a token whose key this replica had not loaded yet', async () => {
    await using behind = await KeyRing.open({ sql: silent(store), master, maxAgeMs: 3_600_000 })
    const there = new Sessions({ ring: behind, issuer, audience: issuer, ttlSeconds: 60, now: () => now })
    await promoteKey(store.sql, await addKey(store.sql, master, 'session-token'), 0)
    await ring.reload()
    expect(await there.verify(await mint())).toMatchObject({ principal })
  })
})

/** Returns the store without notifications, so that a key ring does not load new keys by itself. */
function silent({ sql }: TestStore): TestStore['sql'] {
  return {
    run: (s, v) => sql.run(s, v),
    afterCommit: (callback) => callback(),
    transaction: (work, options) => sql.transaction(work, options),
    listen: () => Promise.resolve({ [Symbol.asyncDispose]: () => Promise.resolve() }),
    readRow: (...args) => sql.readRow(...args),
    readCached: (...args) => sql.readCached(...args),
    ping: (signal) => sql.ping(signal),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

function unsigned(alg: string): string {
  const claims = {
    iss: issuer,
    aud: issuer,
    sub: 'admin',
    client_id: 'admin',
    iat: 1,
    exp: 9_999_999_999,
    jti: 'x',
    principal_id: principal.id,
  }
  return `${part({ alg, typ: 'at+jwt', kid: ring.signing('session-token').id })}.${part(claims)}.`
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function hmacWithPublicKey(): string {
  const [header, payload] = unsigned('HS256').split('.')
  const pem = ring.signing('session-token').publicKey.export({ format: 'pem', type: 'spki' })
  return `${header}.${payload}.${createHmac('sha256', pem).update(`${header}.${payload}`).digest('base64url')}`
}
