import { HeadgateError } from '@headgate/errors'
import * as fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Warehouse } from '../catalog/warehouses.ts'
import type { ProvenIdentity } from '../proven-identity.ts'
import { CredentialFixture } from '../../test/credentials/credential-fixture.ts'
import { CredentialCache, type CredentialCacheOptions, credentialKey } from './credential-cache.ts'
import type { CredentialVendor, MintedKeys } from './storage-credential.ts'
import type { GrantLimits } from './grant-limits.ts'
import type { StorageGrant } from './storage-grant.ts'
import type { VendingProfile } from '../catalog/vending-profile.ts'
import { GatewayVendor } from './vendors/gateway.ts'

const minute = 60_000
let fixture: CredentialFixture
let warehouse: Warehouse
let alice: ProvenIdentity
let now: number

beforeAll(async () => {
  fixture = await CredentialFixture.open()
  warehouse = await fixture.warehouse()
  alice = await fixture.principal('alice')
})
afterAll(() => fixture[Symbol.asyncDispose]())
beforeEach(() => {
  now = 1_800_000_000_000
})

/** Credential vendor of the gateway that a test can make wait, fail, or mint keys with a shorter lifetime. */
class Watched implements CredentialVendor {
  readonly asked: { readonly notAfter: number }[] = []
  held: Promise<void> | null = null
  failure: Error | null = null
  shortBy = 0

  async mint(grant: StorageGrant, notAfter: number): Promise<MintedKeys> {
    this.asked.push({ notAfter })
    await this.held
    if (this.failure !== null) throw this.failure
    const gateway = new GatewayVendor({
      ring: fixture.ring,
      endpoint: () => 'http://s3',
      region: 'r',
      now: () => now,
    })
    return gateway.mint(grant, notAfter - this.shortBy)
  }
}

function open(options: Partial<CredentialCacheOptions> = {}): { vendor: Watched; vending: CredentialCache } {
  const vendor = new Watched()
  const vending = new CredentialCache({
    vendors: { gateway: vendor },
    minLifeMs: 15 * minute,
    now: () => now,
    ...options,
  })
  return { vendor, vending }
}

const endingAt = (credentialExpiresBy: number): GrantLimits => ({
  credentialExpiresBy,
  renewableUntil: now + 24 * 60 * minute,
  engineRenewableUntil: null,
})

function request(changes: Partial<StorageGrant> = {}): StorageGrant {
  return {
    warehouse,
    table: { id: 'r1', staged: false, namespaceId: 'n1' },
    identifier: { namespace: ['ns'], name: 't' },
    clientPrefix: 's3://lake/a/',
    prefixes: ['s3://lake/a/'],
    permission: 'read',
    identity: {
      principal: alice.principal,
      actors: [],
      method: 'session-token',
      expiresAt: null,
      issuedAt: now,
    },
    viewIds: [],
    plan: null,
    role: null,
    restriction: null,
    omitsEndpoint: false,
    policyVersion: 1,
    revokedBefore: 0,
    limits: endingAt(now + 24 * 60 * minute),
    ...changes,
  }
}

/**
 * Returns the same warehouse with another vending profile, as a read of the database returns it after a change of the
 * profile.
 */
const withVending = (vending: VendingProfile): Warehouse => ({ ...warehouse, vending: { ...vending } })

describe('minting', () => {
  test('CredentialCache mints one credential for 2,000 concurrent requests with equal grants', async () => {
    const { vendor, vending } = open()
    const all = await Promise.all(Array.from({ length: 2_000 }, () => vending.get(request())))
    expect(new Set(all).size).toBe(1)
    expect(vendor.asked).toHaveLength(1)
    expect(vending.counts).toEqual({ mints: 1, hits: 0, joins: 1_999, failures: 0 })
    await vending.get(request())
    expect(vending.counts).toMatchObject({ mints: 1, hits: 1 })
  })

  test('CredentialCache requests the configured lifetime, by default one hour, and never more than the grant allows', async () => {
    const { vendor, vending } = open()
    await vending.get(request())
    await vending.get(request({ warehouse: withVending({ mode: 'gateway', lifetimeSeconds: 7_200 }) }))
    await vending.get(request({ limits: endingAt(now + 20 * minute), prefixes: ['s3://lake/b/'] }))
    expect(vendor.asked.map(({ notAfter }) => (notAfter - now) / minute)).toEqual([60, 120, 20])
  })

  test('CredentialCache raises a configured lifetime to twice the minimum, so that clients can refresh the credential in time', async () => {
    const { vending } = open()
    const short = withVending({ mode: 'gateway', lifetimeSeconds: 60 })
    const { expiresAt } = await vending.get(request({ warehouse: short }))
    expect(expiresAt - now).toBe(30 * minute)
  })

  test('CredentialCache refuses a grant that ends before the minimum lifetime, without calling the vendor', async () => {
    const { vendor, vending } = open()
    await expect(vending.get(request({ limits: endingAt(now + 14 * minute) }))).rejects.toMatchObject({
      code: 'forbidden',
    })
    expect(vendor.asked).toHaveLength(0)
  })

  test('CredentialCache neither returns nor caches a credential that the vendor mints with too short a lifetime', async () => {
    const { vendor, vending } = open()
    vendor.shortBy = 50 * minute
    await expect(vending.get(request())).rejects.toMatchObject({ code: 'unavailable' })
    vendor.shortBy = 0
    await vending.get(request())
    expect(vendor.asked).toHaveLength(2)
  })

  test('CredentialCache refuses warehouses that vend no credentials, or whose vending mode the server does not support', async () => {
    const { vending } = open()
    for (const profile of [{ mode: 'none' }, { mode: 'remote-signing' }, { mode: 'sts' }] as const)
      await expect(vending.get(request({ warehouse: withVending(profile) }))).rejects.toMatchObject({
        code: 'unsupported',
      })
  })
})

describe('failures', () => {
  test('CredentialCache passes the failure of a vendor to all waiting requests, and does not cache it', async () => {
    const { vendor, vending } = open()
    vendor.failure = new HeadgateError('unavailable', 'away')
    const all = await Promise.allSettled(Array.from({ length: 5 }, () => vending.get(request())))
    expect(all.every(({ status }) => status === 'rejected')).toBe(true)
    expect(vendor.asked).toHaveLength(1)
    vendor.failure = null
    await expect(vending.get(request())).resolves.toMatchObject({ mode: 'gateway' })
    expect(vending.counts).toMatchObject({ mints: 2, failures: 1 })
  })

  test('CredentialCache answers unavailable, with a time to retry, when a credential vendor exceeds its time limit', async () => {
    const slow: CredentialVendor = {
      mint: (_, __, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason as Error))
        }),
    }
    const { vending } = open({ vendors: { gateway: slow }, mintTimeoutMs: 20 })
    await expect(vending.get(request())).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterSeconds: 5,
    })
  })

  test('CredentialCache stops the wait of a request that aborts, and the other requests receive the credential', async () => {
    const { vendor, vending } = open()
    const held = Promise.withResolvers<void>()
    vendor.held = held.promise
    const impatient = new AbortController()
    const first = vending.get(request(), impatient.signal)
    const second = vending.get(request())
    impatient.abort(new Error('gone'))
    await expect(first).rejects.toThrow('gone')
    held.resolve()
    await expect(second).resolves.toMatchObject({ mode: 'gateway' })
    expect(vendor.asked).toHaveLength(1)
  })
})

describe('A cached credential', () => {
  test('a cached credential remains reusable during the first half of its lifetime, so that at least half of it remains', async () => {
    const { vending } = open()
    const begin = now
    const first = await vending.get(request())
    now = begin + 30 * minute
    expect(await vending.get(request())).toBe(first)
    now += 1
    const second = await vending.get(request())
    expect(second).not.toBe(first)
    expect(second.expiresAt - now).toBe(60 * minute)
  })

  test('a credential from the cache always has at least the minimum lifetime left when it is returned', async () => {
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
          const { expiresAt } = await vending.get(request({ limits: endingAt(notAfter) }))
          expect(expiresAt - now).toBeGreaterThanOrEqual(15 * minute)
          expect(expiresAt).toBeLessThanOrEqual(notAfter)
        }
      }),
      { numRuns: 50 },
    )
  })

  test('a cached credential stays cached when the end of a storage grant shortens another credential', async () => {
    const { vendor, vending } = open()
    const first = await vending.get(request())
    const short = await vending.get(request({ limits: endingAt(now + 20 * minute) }))
    expect(short).not.toBe(first)
    expect(await vending.get(request())).toBe(first)
    expect(await vending.get(request({ limits: endingAt(now + 20 * minute) }))).toBe(short)
    expect(vendor.asked).toHaveLength(2)
  })

  test('the number of cached credentials is bounded', async () => {
    const { vendor, vending } = open({ maxEntries: 2 })
    const at = (id: string): StorageGrant => request({ table: { id, staged: false, namespaceId: 'n' } })
    for (const id of ['a', 'b', 'c', 'a']) await vending.get(at(id))
    expect(vendor.asked).toHaveLength(4)
  })

  test('a cached credential is not reused after the keys of the key ring changed', async () => {
    let generation = 1
    const { vending } = open({ generation: () => generation })
    const first = await vending.get(request())
    generation = 2
    expect(await vending.get(request())).not.toBe(first)
  })
})

describe('Two requests share a credential only if this property is equal:', () => {
  const other = { id: 'p2', issuer: 'headgate', subject: 'bob', name: 'bob' }
  const base = (): StorageGrant => request()
  const key = (
    changed: Partial<StorageGrant> = {},
    on: Partial<StorageGrant> = {},
    profile: VendingProfile = { mode: 'gateway' },
    generation = 1,
  ): string => credentialKey({ ...base(), ...changed, ...on }, profile, generation)

  test.each([
    ['warehouse', () => key({ warehouse: { ...warehouse, id: 'other' } })],
    ['version of the warehouse', () => key({ warehouse: { ...warehouse, version: 99 } })],
    ['configuration', () => key({}, {}, { mode: 'gateway', lifetimeSeconds: 1 })],
    ['keys of the ring', () => key({}, {}, { mode: 'gateway' }, 2)],
    ['relation', () => key({ table: { ...base().table, id: 'r2' } })],
    ['being staged', () => key({ table: { ...base().table, staged: true } })],
    ['namespace', () => key({ table: { ...base().table, namespaceId: 'n2' } })],
    ['places', () => key({ prefixes: ['s3://lake/a/', 's3://lake/b/'] })],
    ['operations', () => key({ permission: 'read-write' })],
    ['principal', () => key({ identity: { ...base().identity, principal: other } })],
    ['actor', () => key({ identity: { ...base().identity, actors: [other] } })],
    ['policy version', () => key({}, { policyVersion: 2 })],
    ['revocations', () => key({}, { revokedBefore: 5 })],
  ])('%s', (_, changed) => {
    expect(changed()).not.toBe(key())
  })

  test('two requests share a credential even if the order of their prefixes, the start of their sessions and the end of their grants differ', () => {
    const prefixes = ['s3://lake/b/', 's3://lake/a/']
    expect(key({ prefixes })).toBe(key({ prefixes: prefixes.toReversed() }))
    expect(key({ identity: { ...base().identity, issuedAt: 7 }, limits: endingAt(7) })).toBe(key())
  })
})
