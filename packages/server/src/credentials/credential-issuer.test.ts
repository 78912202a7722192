import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ProvenIdentity } from '../proven-identity.ts'
import { CredentialCache } from './credential-cache.ts'
import { CredentialIssuer } from './credential-issuer.ts'
import { openRefreshToken } from './refresh-token.ts'
import { openS3Session } from './s3-session.ts'
import {
  lastingTokenOf,
  publicUrl,
  TestLake,
  testLives,
  type TestTable,
  tokenOf,
} from '../../test/credentials/lake.ts'
import { StaticVendor } from './vendors/static.ts'

let lake: TestLake
let alice: ProvenIdentity
let table: TestTable

beforeAll(async () => {
  lake = await TestLake.open()
  alice = await lake.principal('alice')
  table = await lake.table('orders', ['s3://lake/orders/', 's3://lake/orders-data/'])
})
afterAll(() => lake[Symbol.asyncDispose]())
beforeEach(() => {
  lake.now = Date.now()
})

const claimsIn = async (token: string): Promise<object> => {
  const opened = await openRefreshToken(lake.ring, token, { issuer: publicUrl, now: lake.now })
  return opened.ok ? opened.value : { refused: opened.reason }
}

describe('CredentialIssuer, for a table whose credentials are vended,', () => {
  test('returns one credential with four keys, the address of the store, the refresh endpoint and the token', async () => {
    const { config, credentials, remoteSigning } = await lake.load(table, alice)
    expect(credentials).toHaveLength(1)
    const [credential] = credentials
    expect(Object.keys(credential?.config ?? {}).toSorted()).toEqual([
      'client.refresh-credentials-endpoint',
      'client.region',
      's3.access-key-id',
      's3.endpoint',
      's3.path-style-access',
      's3.secret-access-key',
      's3.session-token',
      's3.session-token-expires-at-ms',
    ])
    expect(credential?.prefix).toBe('s3://lake/')
    expect(credential?.['storage-refresh-token']).toBeDefined()
    expect(remoteSigning).toBeNull()
    expect(config).toEqual({
      ...credential?.config,
      'credentials.uri': `${publicUrl}/${credential?.config['client.refresh-credentials-endpoint'] ?? ''}`,
    })
    expect(config['client.refresh-credentials-endpoint']).toMatch(
      /^v1\/wh\/namespaces\/ns\/tables\/orders\/credentials\?storageRefreshToken=/,
    )
  })

  test('mints a session for the prefixes, the permission and the caller that ends at the reported expiry', async () => {
    const { config } = await lake.load(table, alice, 'read')
    const session = openS3Session(
      lake.ring,
      config['s3.access-key-id'] ?? '',
      config['s3.session-token'] ?? '',
      lake.now,
    )
    expect(session).toMatchObject({
      ok: true,
      value: {
        relationId: table.id,
        prefixes: table.prefixes,
        permission: 'read',
        principal: alice.principal,
        sessionBegan: alice.issuedAt,
        secretAccessKey: config['s3.secret-access-key'],
        expiresAt: Number(config['s3.session-token-expires-at-ms']),
      },
    })
  })

  test('issues a field token that each refresh extends, and an endpoint token that is valid until the cap', async () => {
    const handedOut = await lake.load(await lake.table('lasting'), alice)
    const sliding = await claimsIn(tokenOf(handedOut))
    const lasting = await claimsIn(lastingTokenOf(handedOut))
    expect(sliding).toMatchObject({
      table: 'lasting',
      permission: 'read-write',
      prefix: 's3://lake/lasting/',
    })
    const { cap } = lasting as { cap: number }
    expect(lasting).toMatchObject({ expiresAt: cap })
    expect(sliding).toMatchObject({ expiresAt: lake.now + testLives.tokenTtlMs, cap })
    expect(cap - lake.now).toBeGreaterThan(testLives.capMs - 700_000)
    expect(cap - lake.now).toBeLessThanOrEqual(testLives.capMs)
  })

  test('returns the same response for equal grants until the credential is renewed', async () => {
    const first = await lake.load(table, alice)
    expect(await lake.load(table, alice)).toBe(first)
    lake.now += 31 * 60_000
    const second = await lake.load(table, alice)
    expect(second.version).not.toBe(first.version)
    expect(tokenOf(second)).not.toBe(tokenOf(first))
  })

  test('returns another version for each caller, permission and time of revocation', async () => {
    const bob = await lake.principal('bob')
    const engine = { ...alice, actors: [bob.principal] }
    const revoked = { ...(await lake.grantFor(table, alice)), policyVersion: 1, revokedBefore: 7 }
    const tags = [
      await lake.load(table, alice),
      await lake.load(table, alice, 'read'),
      await lake.load(table, bob),
      await lake.load(table, engine),
      await lake.issuer.issue(revoked),
    ].map(({ version }) => version)
    expect(new Set(tags).size).toBe(5)
  })

  test('issues a full credential in an old session, with a token that hardly allows a refresh', async () => {
    const old = { ...alice, issuedAt: lake.now - 48 * 3_600_000 }
    const handedOut = await lake.load(await lake.table('long-ago'), old)
    expect(Number(handedOut.config['s3.session-token-expires-at-ms'])).toBe(lake.now + 3_600_000)
    const { cap } = (await claimsIn(lastingTokenOf(handedOut))) as { cap: number }
    expect(cap - lake.now).toBeGreaterThanOrEqual(2 * testLives.minLifeMs)
    expect(cap - lake.now).toBeLessThanOrEqual(2 * testLives.minLifeMs + 600_000)
  })

  test('applies a short cap as exactly as a long one', async () => {
    const lives = { minLifeMs: 5_000, tokenTtlMs: 60_000, capMs: 60_000 }
    await using other = await TestLake.open({ lives })
    const anna = await other.principal('anna')
    const handedOut = await other.load(await other.table('orders'), anna)
    const opened = await openRefreshToken(other.ring, lastingTokenOf(handedOut), {
      issuer: publicUrl,
      now: other.now,
    })
    if (!opened.ok) throw new Error(opened.reason)
    expect(opened.value.cap - other.now).toBeGreaterThan(50_000)
    expect(opened.value.cap - other.now).toBeLessThanOrEqual(60_000)
  })

  test('does not shorten a lifetime that exceeds the cap: the cap limits refreshes', async () => {
    await using other = await TestLake.open({ vending: { mode: 'gateway', lifetimeSeconds: 3 * 86_400 } })
    const anna = await other.principal('anna')
    const handedOut = await other.load(await other.table('orders'), anna)
    expect(Number(handedOut.config['s3.session-token-expires-at-ms'])).toBe(other.now + 3 * 86_400_000)
    const opened = await openRefreshToken(other.ring, lastingTokenOf(handedOut), {
      issuer: publicUrl,
      now: other.now,
    })
    if (!opened.ok) throw new Error(opened.reason)
    expect(opened.value.cap - other.now).toBeLessThanOrEqual(testLives.capMs)
  })
})

describe('CredentialIssuer, for a table whose requests are signed,', () => {
  test('returns neither a credential nor a key, and an endpoint without a token', async () => {
    const { config, credentials, remoteSigning } = await lake.issuer.issueSigning(
      await lake.grantFor(table, alice),
    )
    expect(credentials).toEqual([])
    expect(remoteSigning).toEqual({ properties: {}, headers: {} })
    expect(config['signer.endpoint']).toBe('v1/wh/namespaces/ns/tables/orders/sign')
    expect(JSON.stringify(config)).not.toMatch(/access-key|session-token|storageRefreshToken/)
  })

  test('returns an endpoint with a token that is valid until the cap while the table is staged', async () => {
    const staged = await lake.staged('coming', alice)
    const { config } = await lake.issuer.issueSigning(await lake.grantFor(staged, alice))
    const url = new URL(config['signer.endpoint'] ?? '', publicUrl)
    const claims = await claimsIn(url.searchParams.get('storageRefreshToken') ?? '')
    expect(claims).toMatchObject({ relationId: staged.id, staged: true, mode: 'remote-signing' })
    const { cap, expiresAt } = claims as { cap: number; expiresAt: number }
    expect(expiresAt).toBe(cap)
  })
})

test('returns another version for each caller and until the token expires when the table is read through views', async () => {
  const through = ['00000000-0000-4000-8000-000000000001']
  const tagOf = async (who: ProvenIdentity, more: object = {}): Promise<string> => {
    const grant = { ...(await lake.grantFor(table, who, 'read')), viewIds: through, ...more }
    return (await lake.issuer.issueSigning(grant)).version
  }
  const first = await tagOf(alice)
  expect(await tagOf(alice)).toBe(first)
  const others = [await tagOf(await lake.principal('another')), await tagOf(alice, { revokedBefore: 1 })]
  lake.now += testLives.capMs
  others.push(await tagOf(alice))
  expect(new Set([first, ...others]).size).toBe(4)
})

test('CredentialIssuer returns long-lived keys without a refresh endpoint, a token, or an expiry', async () => {
  await using other = await TestLake.open({
    storage: {
      type: 's3',
      bucket: 'lake',
      region: 'eu-central-1',
      endpoint: 'http://127.0.0.1:1',
      accessKeyId: 'AK',
      secretAccessKey: 'SK',
    },
    vending: { mode: 'static', longLivedKeysMayLeaveTheServer: true },
  })
  const credentials = new CredentialCache({
    vendors: { static: new StaticVendor() },
    minLifeMs: testLives.minLifeMs,
  })
  const issuer = new CredentialIssuer({
    credentials,
    ring: other.ring,
    catalog: { publicUrl, namespaceSeparator: '%1F' },
    lifetimes: testLives,
    now: Date.now,
  })
  const anna = await other.principal('anna')
  const orders = await other.table('orders')
  const access = await issuer.issue(await other.grantFor(orders, anna))
  const keys = {
    's3.access-key-id': 'AK',
    's3.secret-access-key': 'SK',
    'client.region': 'eu-central-1',
    's3.endpoint': 'http://127.0.0.1:1',
    's3.path-style-access': 'true',
  }
  expect(access.config).toEqual(keys)
  expect(access.credentials).toEqual([{ prefix: 's3://lake/orders/', config: keys }])
})
