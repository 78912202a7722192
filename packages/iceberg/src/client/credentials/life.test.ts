import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ManualClock } from '../../../test/client/manual-clock.ts'
import { planLife } from './life.ts'

const MINUTE = 60_000

function plan(leftMs: number, chance = 0): { ahead: number; urgent: number } {
  const clock = new ManualClock()
  clock.chance = chance
  const life = planLife({ 's3.session-token-expires-at-ms': String(clock.time + leftMs) }, clock)
  return {
    ahead: (life.expiresAt ?? 0) - (life.refreshAt ?? 0),
    urgent: (life.expiresAt ?? 0) - life.urgentAt,
  }
}

test.each([
  [24 * 60 * MINUTE, 144 * MINUTE],
  [60 * MINUTE, 6 * MINUTE],
  [15 * MINUTE, 5 * MINUTE],
  [6 * MINUTE, 3 * MINUTE],
  [20_000, 10_000],
  [0, 0],
])('keys with %i ms left are renewed %i ms ahead', (left, ahead) => {
  expect(plan(left).ahead).toBe(ahead)
})

test('chance makes it earlier, by a fifth at most, and never before the keys came', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e9 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (left, chance) => {
        const least = plan(left).ahead
        const { ahead, urgent } = plan(left, chance)
        expect(ahead).toBeGreaterThanOrEqual(least)
        expect(ahead).toBeLessThanOrEqual(least * 1.2 + 1)
        expect(ahead).toBeLessThanOrEqual(left * 0.6 + 1)
        expect(urgent).toBeLessThanOrEqual(Math.min(MINUTE, least))
      },
    ),
  )
})

test('the first of several expiries counts', () => {
  const clock = new ManualClock()
  const config = { 'adls.sas-token-expires-at-ms.a': '2000', 'adls.sas-token-expires-at-ms.b': '1000' }
  expect(planLife(config, clock).expiresAt).toBe(1000)
  expect(planLife({ 'gcs.oauth2.token-expires-at': '3000' }, clock).expiresAt).toBe(3000)
})

test('keys that never end are never renewed, temporary ones of unknown end after 15 minutes', () => {
  const clock = new ManualClock()
  const keys = { 's3.access-key-id': 'a', 's3.secret-access-key': 's' }
  expect(planLife(keys, clock)).toMatchObject({ expiresAt: null, refreshAt: null })
  expect(planLife({ ...keys, 's3.session-token': 't' }, clock)).toMatchObject({
    expiresAt: null,
    refreshAt: clock.time + 15 * MINUTE,
  })
  expect(planLife({ 's3.session-token-expires-at-ms': 'soon' }, clock).expiresAt).toBeNull()
})
