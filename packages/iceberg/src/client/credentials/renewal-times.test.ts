import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ManualClock } from '../../../test/client/manual-clock.ts'
import { planRenewal } from './renewal-times.ts'

const MINUTE = 60_000

function plan(leftMs: number, chance = 0): { ahead: number; wait: number } {
  const clock = new ManualClock()
  clock.chance = chance
  const times = planRenewal({ 's3.session-token-expires-at-ms': String(clock.time + leftMs) }, clock)
  return {
    ahead: (times.expiresAt ?? 0) - (times.refreshAt ?? 0),
    wait: (times.expiresAt ?? 0) - times.waitFrom,
  }
}

test.each([
  [24 * 60 * MINUTE, 144 * MINUTE],
  [60 * MINUTE, 6 * MINUTE],
  [15 * MINUTE, 5 * MINUTE],
  [6 * MINUTE, 3 * MINUTE],
  [20_000, 10_000],
  [0, 0],
])('planRenewal plans to renew keys that expire in %i ms %i ms before their expiry', (left, ahead) => {
  expect(plan(left).ahead).toBe(ahead)
})

test('planRenewal moves the renewal earlier by a random time of at most a fifth of the margin before the expiry', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e9 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (left, chance) => {
        const least = plan(left).ahead
        const { ahead, wait } = plan(left, chance)
        expect(ahead).toBeGreaterThanOrEqual(least)
        expect(ahead).toBeLessThanOrEqual(least * 1.2 + 1)
        expect(ahead).toBeLessThanOrEqual(left * 0.6 + 1)
        expect(wait).toBeLessThanOrEqual(Math.min(MINUTE, least))
      },
    ),
  )
})

test('planRenewal uses the earliest of several expiries in a configuration', () => {
  const clock = new ManualClock()
  const config = { 'adls.sas-token-expires-at-ms.a': '2000', 'adls.sas-token-expires-at-ms.b': '1000' }
  expect(planRenewal(config, clock).expiresAt).toBe(1000)
  expect(planRenewal({ 'gcs.oauth2.token-expires-at': '3000' }, clock).expiresAt).toBe(3000)
})

test('planRenewal plans no renewal for permanent keys, and a renewal after 15 minutes for temporary keys without an expiry', () => {
  const clock = new ManualClock()
  const keys = { 's3.access-key-id': 'a', 's3.secret-access-key': 's' }
  expect(planRenewal(keys, clock)).toMatchObject({ expiresAt: null, refreshAt: null })
  expect(planRenewal({ ...keys, 's3.session-token': 't' }, clock)).toMatchObject({
    expiresAt: null,
    refreshAt: clock.time + 15 * MINUTE,
  })
  expect(planRenewal({ 's3.session-token-expires-at-ms': 'soon' }, clock).expiresAt).toBeNull()
})
