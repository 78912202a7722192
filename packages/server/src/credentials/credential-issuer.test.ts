import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ProvenIdentity } from '../proven-identity.ts'
import { CredentialCache } from './credential-cache.ts'
import { CredentialIssuer } from './credential-issuer.ts'
import { openRefreshToken } from './refresh-token.ts'
import { openS3Session } from './s3-session.ts'
import {
  readLastingToken,
  publicUrl,
  CredentialFixture,
  testLives,
  type TestTable,
  readToken,
} from '../../test/credentials/credential-fixture.ts'
import { StaticVendor } from './vendors/static.ts'

let fixture: CredentialFixture
let alice: ProvenIdentity
let table: TestTable

beforeAll(async () => {
  fixture = await CredentialFixture.open()
  alice = await fixture.principal('alice')
  table = await fixture.table('orders', ['s3://lake/orders/', 's3://lake/orders-data/'])
})
afterAll(() => fixture[Symbol.asyncDispose]())
beforeEach(() => {
  fixture.now = Date.now()
})

const claimsIn = async (token: string): Promise<object> => {
  const opened = await openRefreshToken(fixture.ring, token, { issuer: publicUrl, now: fixture.now })
  return opened.ok ? opened.value : { refused: opened.reason }
}

describe('CredentialIssuer for a table with vended credentials', () => {
  test('CredentialIssuer returns one credential with four keys, the endpoint of the store, the refresh endpoint and the refresh token', async () => {
    const { config, credentials, remoteSigning } = await fixture.load(table, alice)
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

  test('CredentialIssuer mints a gateway session for the prefixes, the permission and the caller, which ends at the reported expiry', async () => {
    const { config } = await fixture.load(table, alice, 'read')
    const session = openS3Session(
      fixture.ring,
      config['s3.access-key-id'] ?? '',
      config['s3.session-token'] ?? '',
      fixture.now,
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

  test('CredentialIssuer issues two refresh tokens: each refresh extends the token in the response field, and the token in the endpoint URL is valid until the renewal limit', async () => {
    const loaded = await fixture.load(await fixture.table('lasting'), alice)
    const sliding = await claimsIn(readToken(loaded))
    const lasting = await claimsIn(readLastingToken(loaded))
    expect(sliding).toMatchObject({
      table: 'lasting',
      permission: 'read-write',
      clientPrefix: 's3://lake/lasting/',
    })
    const { renewableUntil } = lasting as { renewableUntil: number }
    expect(lasting).toMatchObject({ expiresAt: renewableUntil })
    expect(sliding).toMatchObject({ expiresAt: fixture.now + testLives.tokenTtlMs, renewableUntil })
    expect(renewableUntil - fixture.now).toBeGreaterThan(testLives.capMs - 700_000)
    expect(renewableUntil - fixture.now).toBeLessThanOrEqual(testLives.capMs)
  })

  test('CredentialIssuer returns the same response for equal grants until the credential is minted again', async () => {
    const first = await fixture.load(table, alice)
    expect(await fixture.load(table, alice)).toBe(first)
    fixture.now += 31 * 60_000
    const second = await fixture.load(table, alice)
    expect(second.version).not.toBe(first.version)
    expect(readToken(second)).not.toBe(readToken(first))
  })

  test('CredentialIssuer returns another ETag version for each caller, permission and time of revocation', async () => {
    const bob = await fixture.principal('bob')
    const engine = { ...alice, actors: [bob.principal] }
    const revoked = { ...(await fixture.grantFor(table, alice)), policyVersion: 1, revokedBefore: 7 }
    const tags = [
      await fixture.load(table, alice),
      await fixture.load(table, alice, 'read'),
      await fixture.load(table, bob),
      await fixture.load(table, engine),
      await fixture.issuer.issue(revoked),
    ].map(({ version }) => version)
    expect(new Set(tags).size).toBe(5)
  })

  test('a session at its renewal limit receives a credential with full lifetime, but its refresh token is valid only for a short time', async () => {
    const old = { ...alice, issuedAt: fixture.now - 48 * 3_600_000 }
    const loaded = await fixture.load(await fixture.table('long-ago'), old)
    expect(Number(loaded.config['s3.session-token-expires-at-ms'])).toBe(fixture.now + 3_600_000)
    const { renewableUntil } = (await claimsIn(readLastingToken(loaded))) as { renewableUntil: number }
    expect(renewableUntil - fixture.now).toBeGreaterThanOrEqual(2 * testLives.minLifeMs)
    expect(renewableUntil - fixture.now).toBeLessThanOrEqual(2 * testLives.minLifeMs + 600_000)
  })

  test('CredentialIssuer applies a renewal limit of one minute accurately', async () => {
    const lives = { minLifeMs: 5_000, tokenTtlMs: 60_000, capMs: 60_000 }
    await using other = await CredentialFixture.open({ lives })
    const anna = await other.principal('anna')
    const loaded = await other.load(await other.table('orders'), anna)
    const opened = await openRefreshToken(other.ring, readLastingToken(loaded), {
      issuer: publicUrl,
      now: other.now,
    })
    if (!opened.ok) throw new Error(opened.reason)
    expect(opened.value.renewableUntil - other.now).toBeGreaterThan(50_000)
    expect(opened.value.renewableUntil - other.now).toBeLessThanOrEqual(60_000)
  })

  test('CredentialIssuer does not shorten a configured lifetime that exceeds the renewal limit, because the limit applies only to refreshes', async () => {
    await using other = await CredentialFixture.open({
      vending: { mode: 'gateway', lifetimeSeconds: 3 * 86_400 },
    })
    const anna = await other.principal('anna')
    const loaded = await other.load(await other.table('orders'), anna)
    expect(Number(loaded.config['s3.session-token-expires-at-ms'])).toBe(other.now + 3 * 86_400_000)
    const opened = await openRefreshToken(other.ring, readLastingToken(loaded), {
      issuer: publicUrl,
      now: other.now,
    })
    if (!opened.ok) throw new Error(opened.reason)
    expect(opened.value.renewableUntil - other.now).toBeLessThanOrEqual(testLives.capMs)
  })
})

describe('CredentialIssuer for a table with remote signing', () => {
  test('CredentialIssuer returns the sign endpoint of a table without a token, and no credential or key', async () => {
    const { config, credentials, remoteSigning } = await fixture.issuer.issueSigning(
      await fixture.grantFor(table, alice),
    )
    expect(credentials).toEqual([])
    expect(remoteSigning).toEqual({ properties: {}, headers: {} })
    expect(config['signer.endpoint']).toBe('v1/wh/namespaces/ns/tables/orders/sign')
    expect(JSON.stringify(config)).not.toMatch(/access-key|session-token|storageRefreshToken/)
  })

  test('CredentialIssuer returns, while the table is staged, a sign endpoint with a token that is valid until the renewal limit', async () => {
    const staged = await fixture.staged('coming', alice)
    const { config } = await fixture.issuer.issueSigning(await fixture.grantFor(staged, alice))
    const url = new URL(config['signer.endpoint'] ?? '', publicUrl)
    const claims = await claimsIn(url.searchParams.get('storageRefreshToken') ?? '')
    expect(claims).toMatchObject({ relationId: staged.id, staged: true, mode: 'remote-signing' })
    const { renewableUntil, expiresAt } = claims as { renewableUntil: number; expiresAt: number }
    expect(expiresAt).toBe(renewableUntil)
  })
})

test('for a table that is read through views, issueSigning returns another ETag version for each caller, and a new version when the token expires', async () => {
  const through = ['00000000-0000-4000-8000-000000000001']
  const issueVersion = async (who: ProvenIdentity, more: object = {}): Promise<string> => {
    const grant = { ...(await fixture.grantFor(table, who, 'read')), viewIds: through, ...more }
    return (await fixture.issuer.issueSigning(grant)).version
  }
  const first = await issueVersion(alice)
  expect(await issueVersion(alice)).toBe(first)
  const others = [
    await issueVersion(await fixture.principal('another')),
    await issueVersion(alice, { revokedBefore: 1 }),
  ]
  fixture.now += testLives.capMs
  others.push(await issueVersion(alice))
  expect(new Set([first, ...others]).size).toBe(4)
})

test('CredentialIssuer returns long-lived keys without a refresh endpoint, a token, or an expiry', async () => {
  await using other = await CredentialFixture.open({
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
