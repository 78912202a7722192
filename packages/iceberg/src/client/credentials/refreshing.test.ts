import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ManualClock } from '../../../test/client/manual-clock.ts'
import { Refreshing } from './refreshing.ts'
import type { StorageCredential } from './storage-credential.ts'

const expiring = (at: number): StorageCredential => ({
  prefix: '',
  config: { 's3.session-token-expires-at-ms': String(at) },
  refreshToken: null,
})

/** What the server does at one moment: give keys for so many ms, or fail. */
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

test('whatever a server does: no ended keys, no error while keys last, no two requests at once, none too soon', async () => {
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
        const keys = new Refreshing({
          initial: first === null ? undefined : expiring(clock.time + first),
          clock,
          minIntervalMs: 10_000,
          async obtain() {
            expect(++under).toBe(1)
            const gave = life
            asked.push({ at: clock.time, gave })
            await Promise.resolve()
            under--
            if (gave === null) throw new Error('no keys')
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
            else expect(answer.value.life.expiresAt).toBeGreaterThan(clock.time)
          }
          await new Promise((resolve) => setImmediate(resolve))
        }
        for (const [index, { at, gave }] of asked.entries()) {
          const later = asked[index + 1]
          // After a failure half a second at least; after keys, 10 s or a quarter of what they live.
          if (later !== undefined)
            expect(later.at - at).toBeGreaterThanOrEqual(gave === null ? 500 : Math.min(10_000, gave / 4))
        }
      },
    ),
    { numRuns: 300 },
  )
})

test('pauses after failures double up to a minute, by chance up to half shorter', async () => {
  const clock = new ManualClock()
  clock.chance = 0.999_999_999
  const asked: number[] = []
  const keys = new Refreshing({
    initial: undefined,
    clock,
    minIntervalMs: 10_000,
    obtain: () => {
      asked.push(clock.time)
      return Promise.reject(new Error('no keys'))
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

test('after a success pauses begin anew', async () => {
  const clock = new ManualClock()
  let healthy = false
  let asked = 0
  const keys = new Refreshing({
    initial: undefined,
    clock,
    minIntervalMs: 10_000,
    obtain: () => {
      asked++
      return healthy ? Promise.resolve(expiring(clock.time + 1_000)) : Promise.reject(new Error('no keys'))
    },
  })
  const fail = async (pauseMs: number): Promise<void> => {
    await expect(keys.get()).rejects.toThrow('no keys')
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
