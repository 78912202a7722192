import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ManualClock } from '../../../test/client/manual-clock.ts'
import { RefreshableCredential } from './refreshable-credential.ts'
import type { StorageCredential } from './storage-credential.ts'

const expiring = (at: number): StorageCredential => ({
  prefix: '',
  config: { 's3.session-token-expires-at-ms': String(at) },
  refreshToken: null,
})

/**
 * Step of the test: time passes, then the server issues credentials with a lifetime in ms, or responds with an error
 * (null).
 */
const step = fc.record({
  pass: fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: 4_000_000 })),
  life: fc.oneof(
    fc.constant(null),
    fc.integer({ min: 1, max: 30_000 }),
    fc.integer({ min: 1, max: 4_000_000 }),
  ),
  force: fc.boolean(),
  chance: fc.double({ min: 0, max: 0.999, noNaN: true }),
})

test('RefreshableCredential returns no expired credential, throws no error while a credential is valid, and keeps the minimum time between requests', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.option(fc.integer({ min: 1, max: 4_000_000 })),
      fc.array(step, { maxLength: 60 }),
      async (first, steps) => {
        const clock = new ManualClock()
        let life: number | null = null
        let best = first === null ? 0 : clock.time + first
        let under = 0
        const asked: { at: number; gave: number | null }[] = []
        const keys = new RefreshableCredential({
          initial: first === null ? undefined : expiring(clock.time + first),
          clock,
          minIntervalMs: 10_000,
          async obtain() {
            expect(++under).toBe(1)
            const gave = life
            asked.push({ at: clock.time, gave })
            await Promise.resolve()
            under--
            if (gave === null) throw new Error('no credentials')
            best = clock.time + gave
            return expiring(best)
          },
        })
        for (const { pass, force, chance, ...next } of steps) {
          clock.pass(pass)
          clock.chance = chance
          life = next.life
          const before = best
          const answers = await Promise.allSettled([keys.get({ force }), keys.get(), keys.get()])
          for (const answer of answers) {
            if (answer.status === 'rejected') expect(before).toBeLessThanOrEqual(clock.time)
            else expect(answer.value.times.expiresAt).toBeGreaterThan(clock.time)
          }
          await new Promise((resolve) => setImmediate(resolve))
        }
        for (const [index, { at, gave }] of asked.entries()) {
          const later = asked[index + 1]
          // The minimum time is 0.5 s after a failure, and 10 s or a quarter of the lifetime after a success.
          if (later !== undefined)
            expect(later.at - at).toBeGreaterThanOrEqual(gave === null ? 500 : Math.min(10_000, gave / 4))
        }
      },
    ),
    { numRuns: 300 },
  )
})

test('the pauses after failed renewals of credentials double up to a minute', async () => {
  const clock = new ManualClock()
  clock.chance = 0.999_999_999
  const asked: number[] = []
  const keys = new RefreshableCredential({
    initial: undefined,
    clock,
    minIntervalMs: 10_000,
    obtain: () => {
      asked.push(clock.time)
      return Promise.reject(new Error('no credentials'))
    },
  })
  for (let second = 0; second < 250; second++) {
    await keys.get().catch(() => undefined)
    clock.pass(1_000)
  }
  expect(asked.slice(1).map((at, index) => (at - (asked[index] ?? 0)) / 1_000)).toEqual([
    1, 2, 4, 8, 16, 32, 60, 60, 60,
  ])
})

test('the pauses after failed renewals of credentials start again at one second after a successful renewal', async () => {
  const clock = new ManualClock()
  let healthy = false
  let asked = 0
  const keys = new RefreshableCredential({
    initial: undefined,
    clock,
    minIntervalMs: 10_000,
    obtain: () => {
      asked++
      return healthy
        ? Promise.resolve(expiring(clock.time + 1_000))
        : Promise.reject(new Error('no credentials'))
    },
  })
  const fail = async (pauseMs: number): Promise<void> => {
    await expect(keys.get()).rejects.toThrow('no credentials')
    clock.pass(pauseMs)
  }
  for (let n = 0; n < 8; n++) await fail(60_000)
  healthy = true
  await keys.get()
  healthy = false
  clock.pass(1_000)
  await fail(500)
  await fail(0)
  expect(asked).toBe(11)
})
