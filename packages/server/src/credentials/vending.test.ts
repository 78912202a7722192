import { HeadgateError } from '@headgate/errors'
import * as fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Warehouse } from '../catalog/warehouses.ts'
import type { Identity } from '../identity/identity.ts'
import { TestLake } from './test-lake.ts'
import type { StorageAccess, Vendor, VendRequest } from './vendor.ts'
import { Vending, type VendingOptions } from './vending.ts'
import { vendingKey } from './vending-key.ts'
import type { VendingProfile } from '../catalog/vending-profile.ts'
import { GatewayVendor } from './vendors/gateway.ts'

const minute = 60_000
const ground = { policyVersion: 1, notBefore: 0 }
let lake: TestLake
let warehouse: Warehouse
let alice: Identity
let now: number

beforeAll(async () => {
  lake = await TestLake.open()
  warehouse = await lake.warehouse()
  alice = await lake.principal('alice')
})
afterAll(() => lake[Symbol.asyncDispose]())
beforeEach(() => {
  now = 1_800_000_000_000
})

/** The gateway's vendor, which can be made to wait, to fail, or to give less than it was asked for. */
class Watched implements Vendor {
  readonly asked: VendRequest[] = []
  held: Promise<void> | null = null
  failure: Error | null = null
  shortBy = 0

  async vend(request: VendRequest): Promise<StorageAccess> {
    this.asked.push(request)
    await this.held
    if (this.failure !== null) throw this.failure
    const gateway = new GatewayVendor({
      ring: lake.ring,
      endpoint: () => 'http://s3',
      region: 'r',
      now: () => now,
    })
    return gateway.vend({ ...request, notAfter: request.notAfter - this.shortBy })
  }
}

function open(options: Partial<VendingOptions> = {}): { vendor: Watched; vending: Vending } {
  const vendor = new Watched()
  const vending = new Vending({
    vendors: { gateway: vendor },
    minLifeMs: 15 * minute,
    now: () => now,
    ...options,
  })
  return { vendor, vending }
}

function request(changes: Partial<VendRequest> = {}): VendRequest {
  return {
    warehouse,
    relation: { id: 'r1', staged: false, namespaceId: 'n1' },
    scope: { prefixes: ['s3://lake/a/'], access: 'read' },
    bearer: { principal: alice.principal, actor: null, issuedAt: now },
    notAfter: now + 24 * 60 * minute,
    ...changes,
  }
}

/** The same warehouse with another profile, as a change of it would be read. */
const withVending = (vending: VendingProfile): Warehouse => ({ ...warehouse, vending: { ...vending } })

describe('minting', () => {
  test('2,000 who ask at the same time cost one', async () => {
    const { vendor, vending } = open()
    const all = await Promise.all(Array.from({ length: 2_000 }, () => vending.vend(request(), ground)))
    expect(new Set(all).size).toBe(1)
    expect(vendor.asked).toHaveLength(1)
    expect(vending.counts).toEqual({ mints: 1, hits: 0, joins: 1_999, failures: 0 })
    await vending.vend(request(), ground)
    expect(vending.counts).toMatchObject({ mints: 1, hits: 1 })
  })

  test('asks for the configured life, an hour without, and never for more than the request allows', async () => {
    const { vendor, vending } = open()
    await vending.vend(request(), ground)
    await vending.vend(
      request({ warehouse: withVending({ mode: 'gateway', lifetimeSeconds: 7_200 }) }),
      ground,
    )
    await vending.vend(
      request({ notAfter: now + 20 * minute, scope: { prefixes: ['s3://lake/b/'], access: 'read' } }),
      ground,
    )
    expect(vendor.asked.map(({ notAfter }) => (notAfter - now) / minute)).toEqual([60, 120, 20])
  })

  test('a configured life too short to be renewed in time is made twice the minimum', async () => {
    const { vending } = open()
    const short = withVending({ mode: 'gateway', lifetimeSeconds: 60 })
    const { expiresAt } = await vending.vend(request({ warehouse: short }), ground)
    expect(expiresAt - now).toBe(30 * minute)
  })

  test('is refused when the end is nearer than the minimum life, without asking anybody', async () => {
    const { vendor, vending } = open()
    await expect(vending.vend(request({ notAfter: now + 14 * minute }), ground)).rejects.toMatchObject({
      code: 'forbidden',
    })
    expect(vendor.asked).toHaveLength(0)
  })

  test('what ends too soon is not handed out, nor kept', async () => {
    const { vendor, vending } = open()
    vendor.shortBy = 50 * minute
    await expect(vending.vend(request(), ground)).rejects.toMatchObject({ code: 'unavailable' })
    vendor.shortBy = 0
    await vending.vend(request(), ground)
    expect(vendor.asked).toHaveLength(2)
  })

  test('a warehouse that hands out nothing, or in a way this server cannot, says so', async () => {
    const { vending } = open()
    for (const profile of [{ mode: 'none' }, { mode: 'remote-signing' }, { mode: 'sts' }] as const)
      await expect(vending.vend(request({ warehouse: withVending(profile) }), ground)).rejects.toMatchObject({
        code: 'unsupported',
      })
  })
})

describe('failures', () => {
  test('reach all who waited, and are not kept', async () => {
    const { vendor, vending } = open()
    vendor.failure = new HeadgateError('unavailable', 'away')
    const all = await Promise.allSettled(Array.from({ length: 5 }, () => vending.vend(request(), ground)))
    expect(all.every(({ status }) => status === 'rejected')).toBe(true)
    expect(vendor.asked).toHaveLength(1)
    vendor.failure = null
    await expect(vending.vend(request(), ground)).resolves.toMatchObject({ mode: 'gateway' })
    expect(vending.counts).toMatchObject({ mints: 2, failures: 1 })
  })

  test('a vendor that takes too long is away for now, which clients may try again', async () => {
    const slow: Vendor = {
      vend: (_, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason as Error))
        }),
    }
    const { vending } = open({ vendors: { gateway: slow }, mintTimeoutMs: 20 })
    await expect(vending.vend(request(), ground)).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterSeconds: 5,
    })
  })

  test('whoever gives up stops waiting; the others get what was minted', async () => {
    const { vendor, vending } = open()
    const held = Promise.withResolvers<void>()
    vendor.held = held.promise
    const impatient = new AbortController()
    const first = vending.vend(request(), ground, impatient.signal)
    const second = vending.vend(request(), ground)
    impatient.abort(new Error('gone'))
    await expect(first).rejects.toThrow('gone')
    held.resolve()
    await expect(second).resolves.toMatchObject({ mode: 'gateway' })
    expect(vendor.asked).toHaveLength(1)
  })
})

describe('what is kept', () => {
  test('is handed out during the first half of its life, so that half of it is always left', async () => {
    const { vending } = open()
    const begin = now
    const first = await vending.vend(request(), ground)
    now = begin + 30 * minute
    expect(await vending.vend(request(), ground)).toBe(first)
    now += 1
    const second = await vending.vend(request(), ground)
    expect(second).not.toBe(first)
    expect(second.expiresAt - now).toBe(60 * minute)
  })

  test('never has less than the minimum life left, whatever the times', async () => {
    const { vending } = open()
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 15, max: 90 })), {
      minLength: 1,
      maxLength: 12,
    })
    await fc.assert(
      fc.asyncProperty(steps, async (walk) => {
        for (const [pause, horizon] of walk) {
          now += pause * minute
          const notAfter = now + horizon * minute
          const { expiresAt } = await vending.vend(request({ notAfter }), ground)
          expect(expiresAt - now).toBeGreaterThanOrEqual(15 * minute)
          expect(expiresAt).toBeLessThanOrEqual(notAfter)
        }
      }),
      { numRuns: 50 },
    )
  })

  test('is not pushed out by one that a near end has cut short', async () => {
    const { vendor, vending } = open()
    const first = await vending.vend(request(), ground)
    const short = await vending.vend(request({ notAfter: now + 20 * minute }), ground)
    expect(short).not.toBe(first)
    expect(await vending.vend(request(), ground)).toBe(first)
    expect(await vending.vend(request({ notAfter: now + 20 * minute }), ground)).toBe(short)
    expect(vendor.asked).toHaveLength(2)
  })

  test('is bounded', async () => {
    const { vendor, vending } = open({ maxKept: 2 })
    const at = (id: string): VendRequest => request({ relation: { id, staged: false, namespaceId: 'n' } })
    for (const id of ['a', 'b', 'c', 'a']) await vending.vend(at(id), ground)
    expect(vendor.asked).toHaveLength(4)
  })

  test('is not handed out any more when keys of the ring changed', async () => {
    let generation = 1
    const { vending } = open({ generation: () => generation })
    const first = await vending.vend(request(), ground)
    generation = 2
    expect(await vending.vend(request(), ground)).not.toBe(first)
  })
})

describe('two requests share what was minted only when they agree in', () => {
  const other = { id: 'p2', issuer: 'headgate', subject: 'bob', name: 'bob' }
  const base = (): VendRequest => request()
  const key = (
    changed: Partial<VendRequest> = {},
    on: Partial<typeof ground> = {},
    profile: VendingProfile = { mode: 'gateway' },
    generation = 1,
  ): string => vendingKey({ ...base(), ...changed }, { ...ground, ...on }, profile, generation)

  test.each([
    ['warehouse', () => key({ warehouse: { ...warehouse, id: 'other' } })],
    ['version of the warehouse', () => key({ warehouse: { ...warehouse, version: 99 } })],
    ['configuration', () => key({}, {}, { mode: 'gateway', lifetimeSeconds: 1 })],
    ['keys of the ring', () => key({}, {}, { mode: 'gateway' }, 2)],
    ['relation', () => key({ relation: { ...base().relation, id: 'r2' } })],
    ['being staged', () => key({ relation: { ...base().relation, staged: true } })],
    ['namespace', () => key({ relation: { ...base().relation, namespaceId: 'n2' } })],
    ['places', () => key({ scope: { prefixes: ['s3://lake/a/', 's3://lake/b/'], access: 'read' } })],
    ['operations', () => key({ scope: { prefixes: ['s3://lake/a/'], access: 'read-write' } })],
    ['principal', () => key({ bearer: { ...base().bearer, principal: other } })],
    ['actor', () => key({ bearer: { ...base().bearer, actor: other } })],
    ['policy version', () => key({}, { policyVersion: 2 })],
    ['revocations', () => key({}, { notBefore: 5 })],
  ])('%s', (_, changed) => {
    expect(changed()).not.toBe(key())
  })

  test('nothing else: neither the order of places, nor the session, nor the end', () => {
    const prefixes = ['s3://lake/b/', 's3://lake/a/']
    expect(key({ scope: { prefixes, access: 'read' } })).toBe(
      key({ scope: { prefixes: prefixes.toReversed(), access: 'read' } }),
    )
    expect(key({ bearer: { ...base().bearer, issuedAt: 7 }, notAfter: 7 })).toBe(key())
  })
})
