import { expect, it } from 'vitest'
import { targets } from './json.fuzz.ts'
import { properties } from './json.properties.ts'

for (const [sentence, property] of Object.entries(properties)) {
  it(sentence, async () => {
    expect(await property({ runs: 1000 })).toBe(1000)
  })
}

it('every property can be tried for a time, and again from a seed', async () => {
  expect(Object.keys(targets)).toHaveLength(Object.keys(properties).length)
  for (const target of Object.values(targets)) expect((await target(0.05, 42)).runs).toBeGreaterThan(0)
})
