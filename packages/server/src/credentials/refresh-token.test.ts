import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { CompactEncrypt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { KeyRing } from '../keys/key-ring.ts'
import { masterKeyFrom } from '../keys/master-key.ts'
import { addKey, promoteKey, revokeKey } from '../keys/rotate.ts'
import { testStore, type TestStore } from '../../test/store/database.ts'
import { digestOfPrefixes, encodeRefreshClaims, type RefreshClaims } from './refresh-claims.ts'
import { maxRefreshTokenLength, openRefreshToken, sealRefreshToken } from './refresh-token.ts'

let store: TestStore
let ring: KeyRing
const master = masterKeyFrom(randomBytes(32))

beforeAll(async () => {
  store = await testStore()
  ring = await KeyRing.open({ sql: store.sql, master })
})
afterAll(async () => {
  await ring[Symbol.asyncDispose]()
  await store[Symbol.asyncDispose]()
})

const now = 1_800_000_000_123
const issuer = 'https://catalog.analytics.example.com'
const claims: RefreshClaims = {
  issuer,
  issuedAt: now - 5_000,
  expiresAt: now + 3_600_000,
  renewableUntil: now + 86_400_000,
  principal: {
    id: '0198c5aa-7d0f-7c52-a6a2-5f7b8f1f6f01',
    issuer: 'https://login.example.com/realms/lakehouse',
    subject: 'f4c0a3f1-7c36-4d0e-93c5-2f0e5b8f1a77',
  },
  actor: {
    id: '0198c5aa-7d0f-7c52-a6a2-5f7b8f1f6f02',
    issuer: 'https://login.example.com/realms/lakehouse',
    subject: 'spark-cluster-production',
  },
  engineRenewableUntil: now + 28_800_000,
  warehouseId: '0198c5aa-7d0f-7c52-a6a2-5f7b8f1f6f03',
  relationId: '0198c5aa-7d0f-7c52-a6a2-5f7b8f1f6f04',
  staged: true,
  namespace: ['marketing', 'campaigns'],
  table: 'conversions_by_day',
  clientPrefix: 's3://company-data-lake/warehouses/analytics/0198c5aa-7d0f-7c52-a6a2-5f7b8f1f6f04/',
  prefixesDigest: digestOfPrefixes(['s3://company-data-lake/a/']),
  permission: 'read-write',
  mode: 'gateway',
  provenBy: 'session-token',
  provenByKey: null,
  statedBy: null,
  viewIds: [],
  plan: null,
  role: null,
  restriction: null,
  queryId: null,
}

const opened = (token: string, at = now): ReturnType<typeof openRefreshToken> =>
  openRefreshToken(ring, token, { issuer, now: at })

test('openRefreshToken returns the claims that were encrypted, for all names of tables and namespaces', async () => {
  const party = fc.record({ id: fc.string(), issuer: fc.string(), subject: fc.string() })
  const arbitrary = fc.record({
    principal: party,
    actor: fc.option(party),
    namespace: fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }), { maxLength: 5 }),
    table: fc.string({ unit: 'grapheme', maxLength: 100 }),
    clientPrefix: fc.string(),
    staged: fc.boolean(),
    permission: fc.constantFrom('read' as const, 'read-write' as const),
  })
  await fc.assert(
    fc.asyncProperty(arbitrary, async (changes) => {
      const sealed = { ...claims, ...changes }
      expect(await opened(await sealRefreshToken(ring, sealed))).toEqual({ ok: true, value: sealed })
    }),
    { numRuns: 60 },
  )
})

test('A refresh token fits into a URL: it has fewer than 1,500 characters without escapes for ordinary names', async () => {
  const token = await sealRefreshToken(ring, claims)
  expect(token.length).toBeLessThan(1_500)
  expect(encodeURIComponent(token)).toBe(token)
})

test('A refresh token does not reveal its claims', async () => {
  const token = await sealRefreshToken(ring, claims)
  const seen = token
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString('latin1'))
    .join('\n')
  for (const secret of [claims.table, claims.principal.subject, claims.warehouseId, 'company-data-lake'])
    expect(seen).not.toContain(secret)
})

test('openRefreshToken refuses a token with a changed, removed or added character', async () => {
  const token = await sealRefreshToken(ring, claims)
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const decodeToHex = (text: string): string =>
    text
      .split('.')
      .map((part) => Buffer.from(part, 'base64url').toString('hex'))
      .join('.')
  let same = 0
  for (let at = 0; at < token.length; at += 1) {
    const other = alphabet.charAt((alphabet.indexOf(token.charAt(at)) + 1 + (at % 60)) % 64)
    for (const changed of [
      token.slice(0, at) + other + token.slice(at + 1),
      token.slice(0, at) + token.slice(at + 1),
      token.slice(0, at),
    ]) {
      // The last character of a Base64 part may contain bits that are not part of a byte, so a change of these bits
      // changes nothing.
      if (decodeToHex(changed) === decodeToHex(token)) same += 1
      else expect(await opened(changed), `at ${at}`).toMatchObject({ ok: false })
    }
  }
  expect(same).toBeLessThan(10)
})

test('openRefreshToken refuses a token that is composed of parts of two tokens', async () => {
  const one = (await sealRefreshToken(ring, claims)).split('.')
  const other = (await sealRefreshToken(ring, { ...claims, table: 'salaries' })).split('.')
  for (let mask = 1; mask < 31; mask += 1) {
    const mixed = one.map((part, index) => (((mask >> index) & 1) === 1 ? (other[index] ?? '') : part))
    const token = mixed.join('.')
    if (token === one.join('.') || token === other.join('.')) continue
    expect(await opened(token)).toMatchObject({ ok: false })
  }
})

test.each([
  ['another algorithm', { alg: 'A256GCMKW', enc: 'A256GCM' }],
  ['another cipher', { alg: 'dir', enc: 'A128CBC-HS256' }],
  ['a compressed text', { alg: 'dir', enc: 'A256GCM', zip: 'DEF' }],
  ['a critical extension', { alg: 'dir', enc: 'A256GCM', crit: ['b64'] }],
  ['no encryption', { alg: 'none' }],
])('openRefreshToken refuses a header with %s before it decrypts', async (_, header) => {
  const [, ...rest] = (await sealRefreshToken(ring, claims)).split('.')
  const kid = ring.sealing('storage-refresh').id
  const head = Buffer.from(JSON.stringify({ ...header, kid })).toString('base64url')
  expect(await opened([head, ...rest].join('.'))).toEqual({ ok: false, reason: 'malformed' })
})

test('openRefreshToken refuses a token whose key is for another purpose, in another key ring, or unknown', async () => {
  const seal = (kid: string, key: Uint8Array): Promise<string> =>
    new CompactEncrypt(encodeRefreshClaims(claims))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid })
      .encrypt(key)
  const s3 = ring.sealing('s3-session')
  expect(await opened(await seal(s3.id, s3.secretKey.export()))).toEqual({ ok: false, reason: 'unknown key' })
  expect(await opened(await seal(ring.sealing('storage-refresh').id, randomBytes(32)))).toEqual({
    ok: false,
    reason: 'not decryptable',
  })
  expect(await opened(await seal('nobody', randomBytes(32)))).toEqual({ ok: false, reason: 'unknown key' })
})

test('openRefreshToken refuses a text that the same key encrypted for another purpose', async () => {
  const key = ring.sealing('storage-refresh')
  const claimed: unknown = JSON.parse(Buffer.from(encodeRefreshClaims(claims)).toString())
  for (const plain of [
    JSON.stringify({ ...(claimed as object), aud: 'page' }),
    JSON.stringify({ ...(claimed as object), v: 2 }),
    JSON.stringify({ ...(claimed as object), exp: 'never' }),
    'null',
    'not json',
  ]) {
    const token = await new CompactEncrypt(Buffer.from(plain))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: key.id })
      .encrypt(key.secretKey)
    expect(await opened(token)).toEqual({ ok: false, reason: 'not decryptable' })
  }
})

test('A refresh token expires at its expiry, or at the renewal limit when that is earlier', async () => {
  const token = await sealRefreshToken(ring, claims)
  expect(await opened(token, claims.expiresAt - 1)).toMatchObject({ ok: true })
  expect(await opened(token, claims.expiresAt)).toEqual({ ok: false, reason: 'expired' })
  const capped = await sealRefreshToken(ring, { ...claims, renewableUntil: now + 1 })
  expect(await opened(capped, now)).toMatchObject({ ok: true })
  expect(await opened(capped, now + 1)).toEqual({ ok: false, reason: 'expired' })
  expect(await opened(token, claims.issuedAt - 120_000)).toEqual({ ok: false, reason: 'not yet valid' })
})

test('openRefreshToken refuses a token of another server that has the same keys', async () => {
  const token = await sealRefreshToken(ring, { ...claims, issuer: 'https://other.example' })
  expect(await opened(token)).toEqual({ ok: false, reason: 'wrong issuer' })
})

test('A refresh token stays valid when its key is rotated, and ends when its key is revoked', async () => {
  const token = await sealRefreshToken(ring, claims)
  const before = ring.sealing('storage-refresh').id
  await promoteKey(store.sql, await addKey(store.sql, master, 'storage-refresh'), 0)
  await ring.reload()
  expect(ring.sealing('storage-refresh').id).not.toBe(before)
  expect(await opened(token)).toMatchObject({ ok: true })
  await revokeKey(store.sql, before)
  await ring.reload()
  expect(await opened(token)).toEqual({ ok: false, reason: 'unknown key' })
})

test('openRefreshToken refuses a text that is not a token quickly and without an exception', async () => {
  const texts = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.array(fc.base64String(), { minLength: 5, maxLength: 5 }).map((deps) => deps.join('.')),
  )
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      expect((await opened(text)).ok).toBe(false)
    }),
  )
  expect(await opened('a'.repeat(maxRefreshTokenLength + 1))).toEqual({ ok: false, reason: 'malformed' })
})
