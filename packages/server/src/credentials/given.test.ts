import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Identity, Principal } from '../identity/identity.ts'
import { type Entitled, HandOut } from './hand-out.ts'
import { publicUrl, TestLake, testLives, type TestTable } from './test-lake.ts'
import { Vending } from './vending.ts'
import { GatewayVendor } from './vendors/gateway.ts'

const minute = 60_000
let lake: TestLake
let alice: Identity
let table: TestTable
let entitled: Entitled

beforeAll(async () => {
  lake = await TestLake.open()
  alice = await lake.principal('alice')
  table = await lake.table('orders')
})
afterAll(() => lake[Symbol.asyncDispose]())
beforeEach(async () => {
  lake.now = Date.now()
  entitled = await lake.entitled(table, alice, 'read')
})

test('what was given is given again without a wait to who is entitled to the same', async () => {
  const first = await lake.handOut.give(entitled, 'vend')
  const before = lake.vending.counts
  expect(lake.handOut.given(await lake.entitled(table, alice, 'read'))).toBe(first)
  expect(lake.vending.counts).toEqual({ ...before, hits: before.hits + 1 })
})

test('nothing is given before it was asked for', async () => {
  expect(lake.handOut.given(await lake.entitled(await lake.table('new'), alice))).toBeNull()
})

describe('nobody is given it who differs in', () => {
  const engine: Principal = { id: 'e', issuer: 'headgate', subject: 'trino', name: 'trino' }
  const as = (changes: Partial<Principal>): Partial<Entitled> => ({
    identity: { ...alice, principal: { ...alice.principal, ...changes } },
  })
  const on = (changes: Partial<Entitled['ground']>): Partial<Entitled> => ({
    ground: { ...entitled.ground, ...changes },
  })
  test.each<[string, () => Partial<Entitled>]>([
    ['principal', () => as({ id: 'another' })],
    ['issuer', () => as({ issuer: 'https://idp' })],
    ['subject', () => as({ subject: 'bob' })],
    ['name', () => as({ name: 'bob' })],
    ['engine', () => ({ identity: { ...alice, actors: [engine] } })],
    ['query', () => ({ identity: { ...alice, queryId: 'q1' } })],
    ['views', () => ({ through: ['v1'] })],
    ['right', () => ({ access: 'read-write' })],
    ['table', () => ({ relation: { ...entitled.relation, id: 'another' } })],
    ['namespace', () => ({ relation: { ...entitled.relation, namespaceId: 'another' } })],
    ['being staged', () => ({ relation: { ...entitled.relation, staged: true } })],
    ['name of the table', () => ({ identifier: { namespace: ['ns'], name: 'renamed' } })],
    ['name of the namespace', () => ({ identifier: { namespace: ['n', 's'], name: 'orders' } })],
    ['location', () => ({ location: 's3://lake/moved/' })],
    ['places', () => ({ prefixes: [...entitled.prefixes, 's3://lake/more/'] })],
    ['other places', () => ({ prefixes: ['s3://lake/moved/'] })],
    ['warehouse as it was read', () => ({ warehouse: { ...entitled.warehouse } })],
    ['policy version', () => on({ policyVersion: entitled.ground.policyVersion + 1 })],
    ['moment of revocation', () => on({ notBefore: 7 })],
  ])('%s', async (_, changed) => {
    const given = await lake.handOut.give(entitled, 'vend')
    expect(lake.handOut.given({ ...entitled, ...changed() })).toBeNull()
    expect(lake.handOut.given(entitled)).toBe(given)
  })
})

test('it is given again during the first half of its life only', async () => {
  await using other = await TestLake.open()
  const anna = await other.principal('anna')
  const orders = await other.entitled(await other.table('orders'), anna)
  const begin = Math.ceil(other.now / (10 * minute)) * 10 * minute
  other.now = begin
  const first = await other.handOut.give(orders, 'vend')
  other.now = begin + 30 * minute
  expect(other.handOut.given(orders)).toBe(first)
  other.now += 1
  expect(other.handOut.given(orders)).toBeNull()
})

test('nor when less than the minimum life is left of it', async () => {
  await using other = await TestLake.open({ lives: { ...testLives, minLifeMs: 40 * minute } })
  const anna = await other.principal('anna')
  const orders = await other.entitled(await other.table('orders'), anna)
  const first = await other.handOut.give(orders, 'vend')
  const end = Number(first.config['s3.session-token-expires-at-ms'])
  other.now = end - 40 * minute
  expect(other.handOut.given(orders)).toBe(first)
  other.now += 1
  expect(other.handOut.given(orders)).toBeNull()
})

test('nor to a session whose renewals would end at another time', async () => {
  await lake.handOut.give(entitled, 'vend')
  const later = { ...alice, issuedAt: (alice.issuedAt ?? 0) + 20 * minute }
  lake.now += 20 * minute
  expect(lake.handOut.given({ ...entitled, identity: later })).toBeNull()
})

test('nor to an engine whose session ends at another time', async () => {
  const engine = await lake.engine('trino')
  const through = (sessionEndsAt: number): Identity => ({
    ...alice,
    actors: [engine.principal],
    sessionEndsAt,
  })
  const first = await lake.entitled(table, through(lake.now + 60 * minute), 'read')
  const given = await lake.handOut.give(first, 'vend')
  expect(lake.handOut.given(first)).toBe(given)
  expect(lake.handOut.given({ ...first, identity: through(lake.now + 90 * minute) })).toBeNull()
})

test('nor after keys of the ring have changed', async () => {
  let generation = 1
  const { ring, lives } = lake
  const now = (): number => lake.now
  const gateway = new GatewayVendor({ ring, endpoint: () => 'http://s3', region: 'r', now })
  const vending = new Vending({
    vendors: { gateway },
    minLifeMs: lives.minLifeMs,
    generation: () => generation,
    now,
  })
  const view = { publicUrl, namespaceSeparator: '%1F' }
  const handOut = new HandOut({ vending, ring, view, lives, now })
  const first = await handOut.give(entitled, 'vend')
  expect(handOut.given(entitled)).toBe(first)
  generation = 2
  expect(handOut.given(entitled)).toBeNull()
})
