import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ProvenIdentity, Principal } from '../proven-identity.ts'
import { CredentialCache } from './credential-cache.ts'
import { CredentialIssuer } from './credential-issuer.ts'
import type { StorageGrant } from './storage-grant.ts'
import { publicUrl, TestLake, testLives, type TestTable } from '../../test/credentials/lake.ts'
import { GatewayVendor } from './vendors/gateway.ts'

const minute = 60_000
let lake: TestLake
let alice: ProvenIdentity
let table: TestTable
let entitled: StorageGrant

beforeAll(async () => {
  lake = await TestLake.open()
  alice = await lake.principal('alice')
  table = await lake.table('orders')
})
afterAll(() => lake[Symbol.asyncDispose]())
beforeEach(async () => {
  lake.now = Date.now()
  entitled = await lake.grantFor(table, alice, 'read')
})

test('findIssued returns the issued access for an equal grant without waiting', async () => {
  const first = await lake.issuer.issue(entitled)
  const before = lake.credentials.counts
  expect(lake.issuer.findIssued(await lake.grantFor(table, alice, 'read'))).toBe(first)
  expect(lake.credentials.counts).toEqual({ ...before, hits: before.hits + 1 })
})

test('findIssued returns null before access was issued', async () => {
  expect(lake.issuer.findIssued(await lake.grantFor(await lake.table('new'), alice))).toBeNull()
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
    ['table', () => ({ table: { ...entitled.table, id: 'another' } })],
    ['namespace', () => ({ table: { ...entitled.table, namespaceId: 'another' } })],
    ['being staged', () => ({ table: { ...entitled.table, staged: true } })],
    ['name of the table', () => ({ identifier: { namespace: ['ns'], name: 'renamed' } })],
    ['name of the namespace', () => ({ identifier: { namespace: ['n', 's'], name: 'orders' } })],
    ['location', () => ({ clientPrefix: 's3://lake/moved/' })],
    ['places', () => ({ prefixes: [...entitled.prefixes, 's3://lake/more/'] })],
    ['other places', () => ({ prefixes: ['s3://lake/moved/'] })],
    ['object of the warehouse row', () => ({ warehouse: { ...entitled.warehouse } })],
    ['policy version', () => on({ policyVersion: entitled.policyVersion + 1 })],
    ['time of revocation', () => on({ revokedBefore: 7 })],
  ])('%s', async (_, changed) => {
    const given = await lake.issuer.issue(entitled)
    expect(lake.issuer.findIssued({ ...entitled, ...changed() })).toBeNull()
    expect(lake.issuer.findIssued(entitled)).toBe(given)
  })
})

test('findIssued returns access only during the first half of its lifetime', async () => {
  await using other = await TestLake.open()
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
  await using other = await TestLake.open({ lives: { ...testLives, minLifeMs: 40 * minute } })
  const anna = await other.principal('anna')
  const orders = await other.grantFor(await other.table('orders'), anna)
  const first = await other.issuer.issue(orders)
  const end = Number(first.config['s3.session-token-expires-at-ms'])
  other.now = end - 40 * minute
  expect(other.issuer.findIssued(orders)).toBe(first)
  other.now += 1
  expect(other.issuer.findIssued(orders)).toBeNull()
})

test('findIssued does not return access to a session whose refreshes end at another time', async () => {
  await lake.issuer.issue(entitled)
  const later = { ...alice, issuedAt: (alice.issuedAt ?? 0) + 20 * minute }
  lake.now += 20 * minute
  expect(lake.issuer.findIssued(await lake.grantFor(table, later, 'read'))).toBeNull()
})

test('findIssued does not return access to an engine whose session ends at another time', async () => {
  const engine = await lake.engine('trino')
  const through = (sessionEndsAt: number): ProvenIdentity => ({
    ...alice,
    actors: [engine.principal],
    sessionEndsAt,
  })
  const first = await lake.grantFor(table, through(lake.now + 60 * minute), 'read')
  const given = await lake.issuer.issue(first)
  expect(lake.issuer.findIssued(first)).toBe(given)
  expect(
    lake.issuer.findIssued(await lake.grantFor(table, through(lake.now + 90 * minute), 'read')),
  ).toBeNull()
})

test('findIssued does not return access after keys of the ring have changed', async () => {
  let generation = 1
  const { ring, lives } = lake
  const now = (): number => lake.now
  const gateway = new GatewayVendor({ ring, endpoint: () => 'http://s3', region: 'r', now })
  const credentials = new CredentialCache({
    vendors: { gateway },
    minLifeMs: lives.minLifeMs,
    generation: () => generation,
    now,
  })
  const catalog = { publicUrl, namespaceSeparator: '%1F' }
  const issuer = new CredentialIssuer({ credentials, ring, catalog, lifetimes: lives, now })
  const first = await issuer.issue(entitled)
  expect(issuer.findIssued(entitled)).toBe(first)
  generation = 2
  expect(issuer.findIssued(entitled)).toBeNull()
})
