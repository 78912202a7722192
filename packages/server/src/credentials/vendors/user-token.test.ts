import { randomBytes } from 'node:crypto'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JWTPayload } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseVendingProfile, type VendingProfile } from '../../catalog/vending-profile.ts'
import { KeyRing } from '../../keys/key-ring.ts'
import { masterKeyFrom } from '../../keys/master-key.ts'
import { publicKeys } from '../../keys/public-keys.ts'
import { testStore, type TestStore } from '../../../test/store/database.ts'
import type { ProvenIdentity } from '../../proven-identity.ts'
import { makeIdentity, testGrant, testWarehouse } from '../../../test/credentials/vendors/requests.ts'
import { mintUserToken } from './user-token.ts'
import { WebIdentities } from './web-identities.ts'

type StsProfile = Extract<VendingProfile, { readonly mode: 'sts' }>

const issuer = 'https://lake.example'
const now = Date.parse('2026-01-01T00:00:00.700Z')
const seconds = Math.floor(now / 1000)

let store: TestStore
let ring: KeyRing
beforeAll(async () => {
  store = await testStore()
  ring = await KeyRing.open({ sql: store.sql, master: masterKeyFrom(randomBytes(32)) })
})
afterAll(async () => {
  await ring[Symbol.asyncDispose]()
  await store[Symbol.asyncDispose]()
})

function mint(
  profile: Partial<StsProfile> = {},
  {
    identity,
    notAfter = now + 3_600_000,
  }: { readonly identity?: ProvenIdentity; readonly notAfter?: number } = {},
): Promise<string> {
  const all: StsProfile = { mode: 'sts', identity: 'user-token', ...profile }
  const warehouse = testWarehouse(all, { bucket: 'lake', endpoint: null }, null)
  const [grant] = testGrant(warehouse, { prefixes: ['s3://lake/a/'], access: 'read' })
  const wanted = identity === undefined ? grant : { ...grant, identity }
  return mintUserToken(ring.signing('session-token'), issuer, all, wanted, notAfter, now)
}

/** Verifies a token with the published keys of the server, as a store does. */
async function read(token: string, audience = 'sts.amazonaws.com'): Promise<JWTPayload> {
  const keys = createLocalJWKSet({ keys: publicKeys(ring, 'session-token').map((key) => ({ ...key })) })
  return (await jwtVerify(token, keys, { issuer, audience, currentDate: new Date(now) })).payload
}

const principal = { id: 'p1', issuer: 'headgate', subject: 'alice', name: 'Alice' }

describe('The web identity of a user', () => {
  test('the web identity of a user contains subject, issuer and integer times, and is valid for some minutes', async () => {
    const token = await mint({}, { identity: makeIdentity(principal) })
    const { jti, ...claims } = await read(token)
    expect(claims).toEqual({
      iss: issuer,
      aud: 'sts.amazonaws.com',
      sub: 'alice',
      name: 'Alice',
      iat: seconds - 30,
      exp: seconds + 300,
    })
    expect(jti).not.toBe((await read(await mint())).jti)
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'ES256', typ: 'JWT' })
  })

  test('the web identity of a user names the engine that acts for the user', async () => {
    const actor = { id: 'e1', issuer: 'headgate', subject: 'trino', name: 'trino' }
    const claims = await read(await mint({}, { identity: makeIdentity(principal, actor) }))
    expect(claims).toMatchObject({ sub: 'alice', act: { sub: 'trino' } })
  })

  test('the web identity of a user never has the subject of a local user when the user belongs to another issuer', async () => {
    const foreign = { ...principal, issuer: 'https://idp.example' }
    const { sub } = await read(await mint({}, { identity: makeIdentity(foreign) }))
    expect(sub).toBe('https://idp.example#alice')
  })

  test('the web identity of a user is valid for the requested time when the store derives the session lifetime from the token', async () => {
    expect((await read(await mint({}, { notAfter: now + 8_000 }))).exp).toBe(seconds + 8)
    expect((await read(await mint({}, { notAfter: now + 899_000 }))).exp).toBe(seconds + 899)
    expect((await read(await mint({}, { notAfter: now + 900_000 }))).exp).toBe(seconds + 300)
  })

  test('the web identity of a user contains the audience, claims and tags of the warehouse, which cannot replace the claims of the server', async () => {
    const profile = {
      tokenAudience: 'minio',
      tokenClaims: { policy: 'readwrite', sub: 'admin' },
      sessionTags: true,
    }
    const token = await mint(profile, { identity: makeIdentity(principal) })
    expect(await read(token, 'minio')).toMatchObject({
      policy: 'readwrite',
      sub: 'alice',
      'https://aws.amazon.com/tags': {
        principal_tags: { 'headgate:principal': ['Alice'], 'headgate:warehouse': ['wh'] },
      },
    })
  })
})

describe('A warehouse that authenticates with a web identity', () => {
  const aws = { type: 's3', bucket: 'b', region: 'eu-central-1', credentials: 'default-chain' } as const
  const minio = { ...aws, endpoint: 'http://127.0.0.1:9000' }

  const problem = async (storage: typeof aws, vending: object, at = issuer): Promise<string | null> => {
    const identities = new WebIdentities({ ring, issuer: at, tokenFile: null })
    return identities.check(storage, parseVendingProfile({ mode: 'sts', ...vending })).then(
      () => null,
      (error: unknown) => {
        expect(error).toMatchObject({ code: 'bad-request' })
        return error instanceof Error ? error.message : ''
      },
    )
  }

  test('a warehouse cannot vend credentials when this server has no web identity that the token service could accept', async () => {
    const user = { identity: 'user-token' }
    const here = 'http://127.0.0.1:8181'
    expect(await problem(aws, { identity: 'server-token' })).toMatch(/Set HEADGATE_STS_WEB_IDENTITY_/)
    expect(await problem(aws, user, here)).toMatch(/set HEADGATE_PUBLIC_URL to an https URL/)
    expect(await problem(minio, { ...user, tokenAudience: here }, here)).toMatch(
      /tokenAudience is the URL of this/,
    )
    for (const [storage, vending, at] of [
      [aws, user, issuer],
      [minio, user, here],
      [aws, { ...user, stsEndpoint: 'http://sts.example' }, here],
      [aws, { identity: 'keys' }, here],
    ] as const)
      expect(await problem(storage, vending, at)).toBeNull()
  })
})
