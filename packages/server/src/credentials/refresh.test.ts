import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Identity } from '../identity/identity.ts'
import { masterKeyFrom } from '../keys/master-key.ts'
import { addKey, promoteKey } from '../keys/rotate.ts'
import { digestOfLocations } from './refresh-claims.ts'
import { sealRefreshToken } from './refresh-token.ts'
import { lastingTokenOf, TestLake, testLives, tokenOf } from './test-lake.ts'
import { claimsOf, loadedTable, refusal, stagedTable, type TestToken } from './test-tokens.ts'

const minute = 60_000
let lake: TestLake
let alice: Identity
let bob: Identity
let turn = 0

beforeAll(async () => {
  lake = await TestLake.open()
})
afterAll(() => lake[Symbol.asyncDispose]())
beforeEach(async () => {
  lake.now = Date.now()
  turn += 1
  alice = await lake.principal(`alice-${turn}`)
  bob = await lake.principal(`bob-${turn}`)
})

const loaded = (): Promise<TestToken> => loadedTable(lake, alice, `t${turn}`)
const creating = (): Promise<TestToken> => stagedTable(lake, alice, `s${turn}`)

describe('a token renews', () => {
  test('exactly one credential: same prefix and operations, new keys, a new token, the same cap', async () => {
    const { table, token } = await loaded()
    const first = await lake.load(table, alice)
    lake.now += 50 * minute
    const renewed = await lake.refresh(token, alice, table.name)
    expect(renewed.credentials).toHaveLength(1)
    expect(renewed.credentials[0]?.prefix).toBe(first.credentials[0]?.prefix)
    expect(renewed.config['s3.access-key-id']).not.toBe(first.config['s3.access-key-id'])
    expect(Number(renewed.config['s3.session-token-expires-at-ms'])).toBe(lake.now + 60 * minute)
    const [before, after] = [await claimsOf(lake, token), await claimsOf(lake, tokenOf(renewed))]
    expect(after).toEqual({ ...before, issuedAt: lake.now, expiresAt: after.expiresAt })
    expect(after.expiresAt).toBeGreaterThan(before.expiresAt)
  })

  test('gives a new token even while the keys are the same', async () => {
    const { table, token } = await loaded()
    lake.now += 1
    const tokens = [token]
    for (let time = 0; time < 3; time += 1) tokens.push(tokenOf(await lake.refresh(token, alice, table.name)))
    expect(new Set(tokens).size).toBe(4)
  })

  test('again and again until its time is over, and 2,000 at once cost one minting', async () => {
    const { table, lasting } = await loaded()
    lake.now += 31 * minute
    const before = lake.vending.counts.mints
    const all = await Promise.all(
      Array.from({ length: 2_000 }, () => lake.refresh(lasting, alice, table.name)),
    )
    expect(new Set(all.map(({ config }) => config['s3.access-key-id'])).size).toBe(1)
    expect(lake.vending.counts.mints - before).toBe(1)
  })

  test('the token of an endpoint works for the whole day, the sliding one by renewing itself', async () => {
    const { table, token, lasting } = await loaded()
    let sliding = token
    for (let hour = 1; hour < 23; hour += 1) {
      lake.now += 60 * minute
      sliding = tokenOf(await lake.refresh(sliding, alice, table.name))
      await lake.refresh(lasting, alice, table.name)
    }
    expect(await refusal(lake.refresh(token, alice, table.name))).toBe('expired')
    lake.now += 120 * minute
    expect(await refusal(lake.refresh(sliding, alice, table.name))).toBe('expired')
    expect(await refusal(lake.refresh(lasting, alice, table.name))).toBe('expired')
  })

  test('nothing any more when less than the minimum life is left until the cap', async () => {
    const { table, lasting } = await loaded()
    const { cap } = await claimsOf(lake, lasting)
    lake.now = cap - testLives.minLifeMs
    const { config } = await lake.refresh(lasting, alice, table.name)
    expect(Number(config['s3.session-token-expires-at-ms'])).toBe(cap)
    lake.now += 1
    expect(await refusal(lake.refresh(lasting, alice, table.name))).toBe('cap reached')
  })

  test('a table that is being created, and after its commit the same table', async () => {
    const { table, token } = await creating()
    const renewed = await lake.refresh(token, alice, table.name)
    expect(renewed.admitted.renewal.relation).toMatchObject({ id: table.id, staged: true })
    const committed = await lake.commit(table)
    await lake.grant('modify', alice, committed)
    const later = await lake.refresh(token, alice, table.name)
    expect(later.admitted.renewal.relation).toMatchObject({ id: table.id, staged: false })
    expect(later.credentials).toHaveLength(1)
  })

  test('a table that was renamed meanwhile, by the name the client knows', async () => {
    const { table, token } = await loaded()
    await lake.change('rename', table.id, `renamed-${turn}`)
    await lake.refresh(token, alice, table.name)
    expect(await refusal(lake.refresh(token, alice, `renamed-${turn}`))).toBe('another name')
  })

  test('a table that moved meanwhile, for the places that it had', async () => {
    const { table, token } = await loaded()
    const before = await claimsOf(lake, token)
    await lake.change('setPrefixes', table.id, [`s3://lake/new-${turn}/`, ...table.prefixes])
    const after = await claimsOf(lake, tokenOf(await lake.refresh(token, alice, table.name)))
    expect([after.locations, after.prefix]).toEqual([before.locations, before.prefix])
  })

  test('a table that left a place which the warehouse does not allow any more', async () => {
    const { table, token } = await loaded()
    await lake.change('setPrefixes', table.id, [...table.prefixes, 's3://elsewhere/t/'])
    await lake.refresh(token, alice, table.name)
  })

  test('after the key ring was rotated', async () => {
    const master = masterKeyFrom(Buffer.alloc(32, 7))
    await using other = await TestLake.open({ master })
    const carol = await other.principal('carol')
    const orders = await other.table('orders')
    await other.grant('modify', carol, orders)
    const old = tokenOf(await other.load(orders, carol))
    await promoteKey(other.sql, await addKey(other.sql, master, 'storage-refresh'), 0)
    await other.ring.reload()
    const renewed = tokenOf(await other.refresh(old, carol, 'orders'))
    expect(renewed.split('.')[0]).not.toBe(old.split('.')[0])
  })
})

describe('rights are decided again', () => {
  test('without the right it is 403, without any it is the same 404 as for every bad token', async () => {
    const { table, token } = await loaded()
    await lake.revokeAll(alice)
    await lake.grant('select', alice, table)
    await expect(lake.refresh(token, alice, table.name)).rejects.toMatchObject({ code: 'forbidden' })
    await lake.revokeAll(alice)
    expect(await refusal(lake.refresh(token, alice, table.name))).toBe('hidden')
  })

  test('a token to read needs only the right to read, and never gives more', async () => {
    const table = await lake.table(`t${turn}`)
    await lake.grant('select', alice, table)
    const token = tokenOf(await lake.load(table, alice, 'read'))
    await lake.grant('manage', alice)
    const renewed = await lake.refresh(token, alice, table.name)
    expect(renewed.admitted.renewal.access).toBe('read')
  })

  test('while a table is being created, create on its namespace is needed', async () => {
    const { table, token } = await creating()
    await lake.revokeAll(alice)
    await lake.grant('select', alice)
    await expect(lake.refresh(token, alice, table.name)).rejects.toMatchObject({ code: 'forbidden' })
    await lake.revokeAll(alice)
    expect(await refusal(lake.refresh(token, alice, table.name))).toBe('hidden')
  })

  test('every refusal looks the same and names the parameter', async () => {
    const { table, token } = await loaded()
    const messages = await Promise.all(
      [
        lake.refresh('x', alice, table.name),
        lake.refresh(token, bob, table.name),
        lake.refresh(token, alice, 'nothing'),
      ].map((attempt) => attempt.catch((error: unknown) => (error as Error).message)),
    )
    expect(new Set(messages).size).toBe(1)
    expect(messages[0]).toContain('storageRefreshToken')
  })
})

describe('two stage-creates of one name', () => {
  test('are told apart by their tokens until one of them is committed', async () => {
    await lake.grant('create', alice)
    await lake.grant('create', bob)
    const name = `twice-${turn}`
    const one = await lake.staged(name, alice, [`s3://lake/${name}-1/`])
    const other = await lake.staged(name, bob, [`s3://lake/${name}-2/`])
    const tokens = [tokenOf(await lake.load(one, alice)), tokenOf(await lake.load(other, bob))] as const
    const [first, second] = [
      await lake.refresh(tokens[0], alice, name),
      await lake.refresh(tokens[1], bob, name),
    ]
    expect(first.admitted.renewal.prefixes).toEqual(one.prefixes)
    expect(second.admitted.renewal.prefixes).toEqual(other.prefixes)
    expect(await refusal(lake.refresh(tokens[1], alice, name))).toBe('another caller')
    await lake.grant('modify', bob, await lake.commit(other))
    await lake.refresh(tokens[1], bob, name)
    expect(await refusal(lake.refresh(tokens[0], alice, name))).toBe('name taken')
  })
})

describe('an engine that acted for the user', () => {
  test('may renew for the user while its entry says so; no other engine may', async () => {
    const engine = await lake.engine(`engine-${turn}`)
    const mute = await lake.engine(`mute-${turn}`, { refreshes: false })
    const denied = await lake.engine(`denied-${turn}`, { firstCalls: 'deny' })
    const table = await lake.table(`t${turn}`)
    await lake.grant('modify', alice, table)
    const acting = { ...alice, actors: [engine.principal] }
    const token = tokenOf(await lake.load(table, acting))
    const { admitted } = await lake.refresh(token, engine, table.name)
    expect(admitted.renewal.identity.principal).toEqual(alice.principal)
    expect(admitted.renewal.identity.actors).toEqual([engine.principal])
    expect(await refusal(lake.refresh(token, bob, table.name))).toBe('another caller')
    expect(await refusal(lake.refresh(token, mute, table.name))).toBe('another caller')
    await lake.refresh(token, acting, table.name)
    const other = { ...alice, actors: [mute.principal] }
    expect(await refusal(lake.refresh(token, other, table.name))).toBe('another caller')
    for (const one of [mute, denied]) {
      const its = tokenOf(await lake.load(table, { ...alice, actors: [one.principal] }))
      expect(await refusal(lake.refresh(its, one, table.name))).toBe('engine may not')
      await lake.refresh(its, { ...alice, actors: [one.principal] }, table.name)
    }
  })

  test('renews alone until the end of the session, however short its tokens were, and the user beyond it', async () => {
    const engine = await lake.engine(`engine-${turn}`)
    const table = await lake.table(`t${turn}`)
    await lake.grant('modify', alice, table)
    const end = lake.now - (lake.now % minute) + 8 * 60 * minute
    const session = { ...alice, actors: [engine.principal], sessionEndsAt: end + 1 }
    const handedOut = await lake.load(table, { ...session, expiresAt: lake.now + 5 * minute })
    let [lasting, sliding] = [lastingTokenOf(handedOut), tokenOf(handedOut)]
    for (let hour = 1; hour <= 7; hour += 1) {
      lake.now += 60 * minute
      sliding = tokenOf(await lake.refresh(sliding, engine, table.name))
    }
    expect(await claimsOf(lake, sliding)).toMatchObject({ sessionEndsAt: end })
    lake.now = end - testLives.minLifeMs
    const { config } = await lake.refresh(lasting, engine, table.name)
    expect(Number(config['s3.session-token-expires-at-ms'])).toBe(end)
    for (const later of [1, testLives.minLifeMs]) {
      lake.now = end - testLives.minLifeMs + later
      for (const token of [lasting, sliding])
        expect(await refusal(lake.refresh(token, engine, table.name))).toBe('session over')
    }
    // The user signed in again; what that session is given, its engine renews until its end.
    lasting = lastingTokenOf(await lake.refresh(lasting, { ...session, sessionEndsAt: end * 2 }, table.name))
    await lake.refresh(lasting, engine, table.name)
  })

  test('renews until the end of a token of another issuer, which is all the session there is', async () => {
    const engine = await lake.engine(`engine-${turn}`)
    const table = await lake.table(`t${turn}`)
    await lake.grant('modify', alice, table)
    const token = tokenOf(
      await lake.load(table, {
        ...alice,
        actors: [engine.principal],
        method: 'external-token',
        expiresAt: lake.now + 60 * minute,
      }),
    )
    lake.now += 40 * minute
    await lake.refresh(token, engine, table.name)
    lake.now += 20 * minute
    expect(await refusal(lake.refresh(token, engine, table.name))).toBe('session over')
  })

  test('renews until the cap with a token that was made before the end of sessions was in it', async () => {
    const engine = await lake.engine(`engine-${turn}`)
    const table = await lake.table(`t${turn}`)
    await lake.grant('modify', alice, table)
    const session = { ...alice, actors: [engine.principal], sessionEndsAt: lake.now + 60 * minute }
    const claims = await claimsOf(lake, lastingTokenOf(await lake.load(table, session)))
    const old = await sealRefreshToken(lake.ring, { ...claims, sessionEndsAt: null })
    lake.now += 20 * 60 * minute
    const renewed = tokenOf(await lake.refresh(old, engine, table.name))
    expect(await claimsOf(lake, renewed)).toMatchObject({ sessionEndsAt: null, cap: claims.cap })
  })

  test('goes on being named, with its limits, when the user calls without it', async () => {
    const engine = await lake.engine(`engine-${turn}`, { privileges: ['select'] })
    const table = await lake.table(`t${turn}`)
    await lake.grant('modify', alice, table)
    const acting = { ...alice, actors: [engine.principal] }
    const token = tokenOf(await lake.load(table, acting, 'read'))
    const { admitted } = await lake.refresh(token, alice, table.name)
    expect(admitted.renewal.identity.actors).toEqual([engine.principal])
    await expect(
      lake.refresh(tokenOf(await lake.load(table, acting)), alice, table.name),
    ).rejects.toMatchObject({ code: 'forbidden' })
  })

  test('may not when it was disabled or was never registered, nor for a user who was or whom its entry excludes', async () => {
    const engine = await lake.engine(`engine-${turn}`)
    const table = await lake.table(`t${turn}`)
    await lake.grant('modify', alice, table)
    const token = tokenOf(await lake.load(table, { ...alice, actors: [engine.principal] }))
    const none = tokenOf(await lake.load(table, { ...alice, actors: [bob.principal] }))
    expect(await refusal(lake.refresh(none, bob, table.name))).toBe('engine may not')
    const rules = [{ issuer: 'headgate', pattern: 'somebody-else', groups: [] }]
    const picky = await lake.engine(`picky-${turn}`, { subjects: rules })
    const excluded = tokenOf(await lake.load(table, { ...alice, actors: [picky.principal] }))
    expect(await refusal(lake.refresh(excluded, picky, table.name))).toBe('engine may not')
    await lake.change('disable', alice.principal.id)
    expect(await refusal(lake.refresh(token, engine, table.name))).toBe('principal gone')
    await lake.change('disable', engine.principal.id)
    expect(await refusal(lake.refresh(token, engine, table.name))).toMatch(/gone|may not/)
  })

  test('has nothing of its own to renew unless its first calls are those of a service', async () => {
    const engine = await lake.engine(`engine-${turn}`)
    const table = await lake.table(`t${turn}`)
    await lake.grant('modify', engine, table)
    const own = tokenOf(await lake.load(table, engine))
    expect(await refusal(lake.refresh(own, engine, table.name))).toBe('hidden')
    const service = await lake.engine(`service-${turn}`, { firstCalls: 'service' })
    await lake.grant('modify', service, table)
    await lake.refresh(tokenOf(await lake.load(table, service)), service, table.name)
  })
})

test('places are compared as sets', () => {
  expect(digestOfLocations(['a/', 'b/'])).toBe(digestOfLocations(['b/', 'a/', 'b/']))
  expect(digestOfLocations(['a/', 'b/'])).not.toBe(digestOfLocations(['a/b/']))
})
