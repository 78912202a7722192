import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ProvenIdentity, Principal } from '../proven-identity.ts'
import { CredentialCache } from './credential-cache.ts'
import { CredentialIssuer } from './credential-issuer.ts'
import type { StorageGrant } from './storage-grant.ts'
import {
  publicUrl,
  CredentialFixture,
  testLives,
  type TestTable,
} from '../../test/credentials/credential-fixture.ts'
import { GatewayVendor } from './vendors/gateway.ts'

const minute = 60_000
let fixture: CredentialFixture
let alice: ProvenIdentity
let table: TestTable
let grant: StorageGrant

beforeAll(async () => {
  fixture = await CredentialFixture.open()
  alice = await fixture.principal('alice')
  table = await fixture.table('orders')
})
afterAll(() => fixture[Symbol.asyncDispose]())
beforeEach(async () => {
  fixture.now = Date.now()
  grant = await fixture.grantFor(table, alice, 'read')
})

test('findIssued returns the issued access for an equal grant without waiting', async () => {
  const first = await fixture.issuer.issue(grant)
  const before = fixture.credentials.counts
  expect(fixture.issuer.findIssued(await fixture.grantFor(table, alice, 'read'))).toBe(first)
  expect(fixture.credentials.counts).toEqual({ ...before, hits: before.hits + 1 })
})

test('findIssued returns null before access was issued', async () => {
  expect(fixture.issuer.findIssued(await fixture.grantFor(await fixture.table('new'), alice))).toBeNull()
})

describe('findIssued returns null for a grant that differs in', () => {
  const engine: Principal = { id: 'e', issuer: 'headgate', subject: 'trino', name: 'trino' }
  const as = (changes: Partial<Principal>): Partial<StorageGrant> => ({
    identity: { ...alice, principal: { ...alice.principal, ...changes } },
  })
  const on = (changes: Partial<StorageGrant>): Partial<StorageGrant> => changes
  test.each<[string, () => Partial<StorageGrant>]>([
    ['principal', () => as({ id: 'another' })],
    ['issuer', () => as({ issuer: 'https://idp' })],
    ['subject', () => as({ subject: 'bob' })],
    ['name', () => as({ name: 'bob' })],
    ['engine', () => ({ identity: { ...alice, actors: [engine] } })],
    ['query', () => ({ identity: { ...alice, queryId: 'q1' } })],
    ['views', () => ({ viewIds: ['v1'] })],
    ['right', () => ({ permission: 'read-write' })],
    ['table', () => ({ table: { ...grant.table, id: 'another' } })],
    ['namespace', () => ({ table: { ...grant.table, namespaceId: 'another' } })],
    ['being staged', () => ({ table: { ...grant.table, staged: true } })],
    ['name of the table', () => ({ identifier: { namespace: ['ns'], name: 'renamed' } })],
    ['name of the namespace', () => ({ identifier: { namespace: ['n', 's'], name: 'orders' } })],
    ['location', () => ({ clientPrefix: 's3://lake/moved/' })],
    ['places', () => ({ prefixes: [...grant.prefixes, 's3://lake/more/'] })],
    ['other places', () => ({ prefixes: ['s3://lake/moved/'] })],
    ['object of the warehouse row', () => ({ warehouse: { ...grant.warehouse } })],
    ['policy version', () => on({ policyVersion: grant.policyVersion + 1 })],
    ['time of revocation', () => on({ revokedBefore: 7 })],
  ])('%s', async (_, changed) => {
    const issued = await fixture.issuer.issue(grant)
    expect(fixture.issuer.findIssued({ ...grant, ...changed() })).toBeNull()
    expect(fixture.issuer.findIssued(grant)).toBe(issued)
  })
})

test('findIssued returns access only during the first half of its lifetime', async () => {
  await using other = await CredentialFixture.open()
  const anna = await other.principal('anna')
  const orders = await other.grantFor(await other.table('orders'), anna)
  const begin = Math.ceil(other.now / (10 * minute)) * 10 * minute
  other.now = begin
  const first = await other.issuer.issue(orders)
  other.now = begin + 30 * minute
  expect(other.issuer.findIssued(orders)).toBe(first)
  other.now += 1
  expect(other.issuer.findIssued(orders)).toBeNull()
})

test('findIssued does not return access with less than the minimum lifetime left', async () => {
  await using other = await CredentialFixture.open({ lives: { ...testLives, minLifeMs: 40 * minute } })
  const anna = await other.principal('anna')
  const orders = await other.grantFor(await other.table('orders'), anna)
  const first = await other.issuer.issue(orders)
  const end = Number(first.config['s3.session-token-expires-at-ms'])
  other.now = end - 40 * minute
  expect(other.issuer.findIssued(orders)).toBe(first)
  other.now += 1
  expect(other.issuer.findIssued(orders)).toBeNull()
})

test('findIssued does not return the cached access of a session to another session with a different renewal limit', async () => {
  await fixture.issuer.issue(grant)
  const later = { ...alice, issuedAt: (alice.issuedAt ?? 0) + 20 * minute }
  fixture.now += 20 * minute
  expect(fixture.issuer.findIssued(await fixture.grantFor(table, later, 'read'))).toBeNull()
})

test('findIssued does not return the cached access of an engine session to another session with a different end', async () => {
  const engine = await fixture.engine('trino')
  const through = (sessionEndsAt: number): ProvenIdentity => ({
    ...alice,
    actors: [engine.principal],
    sessionEndsAt,
  })
  const first = await fixture.grantFor(table, through(fixture.now + 60 * minute), 'read')
  const issued = await fixture.issuer.issue(first)
  expect(fixture.issuer.findIssued(first)).toBe(issued)
  expect(
    fixture.issuer.findIssued(await fixture.grantFor(table, through(fixture.now + 90 * minute), 'read')),
  ).toBeNull()
})

test('findIssued does not return access after the keys of the key ring have changed', async () => {
  let generation = 1
  const { ring, lives } = fixture
  const now = (): number => fixture.now
  const gateway = new GatewayVendor({ ring, endpoint: () => 'http://s3', region: 'r', now })
  const credentials = new CredentialCache({
    vendors: { gateway },
    minLifeMs: lives.minLifeMs,
    generation: () => generation,
    now,
  })
  const catalog = { publicUrl, namespaceSeparator: '%1F' }
  const issuer = new CredentialIssuer({ credentials, ring, catalog, lifetimes: lives, now })
  const first = await issuer.issue(grant)
  expect(issuer.findIssued(grant)).toBe(first)
  generation = 2
  expect(issuer.findIssued(grant)).toBeNull()
})
