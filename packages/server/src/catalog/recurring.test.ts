import { expect, test } from 'vitest'
import { Recurring } from './recurring.ts'

test('a key is new once, and again when enough others came between', () => {
  const recurring = new Recurring()
  const keys = Array.from({ length: 1_000 }, (_, n) => `all warehouse ${n}`)
  const again = keys.filter((key) => recurring.again(key))
  expect(again).toEqual([])
  // Two of a thousand may share a place, and push each other out.
  expect(keys.filter((key) => recurring.again(key)).length).toBeGreaterThan(950)
  for (let n = 0; n < 1_000_000; n += 1) recurring.again(`other ${n}`)
  expect(keys.filter((key) => recurring.again(key)).length).toBeLessThan(50)
})
