import fc from 'fast-check'
import { expect, it } from 'vitest'
import { digestKey, type KeyParts } from './digest-key.ts'

it('digestKey ignores the order of names, but not the order of elements in lists', async () => {
  const key = await digestKey({ a: 1, b: ['x', 'y'], c: { d: null, e: true } })
  expect(key).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(await digestKey({ c: { e: true, d: null }, b: ['x', 'y'], a: 1 })).toBe(key)
  expect(await digestKey({ a: 1, b: ['y', 'x'], c: { d: null, e: true } })).not.toBe(key)
})

it('digestKey returns the same key for a missing part and an undefined part', async () => {
  expect(await digestKey({ a: undefined })).toBe(await digestKey({}))
  expect(await digestKey({ a: null })).not.toBe(await digestKey({}))
})

it('digestKey returns different keys for different parts', async () => {
  const parts = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.array(fc.string())))
  await fc.assert(
    fc.asyncProperty(parts, parts, async (a, b) => {
      const same = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
      expect((await digestKey(a)) === (await digestKey(b))).toBe(same)
    }),
  )
})

function sorted(parts: KeyParts): unknown {
  return Object.entries(parts).toSorted(([a], [b]) => (a < b ? -1 : 1))
}
