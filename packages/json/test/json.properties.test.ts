import { expect, it } from 'vitest'
import { targets } from './fuzz-targets.ts'
import { properties } from './json-properties.ts'

for (const [title, property] of Object.entries(properties)) {
  it(title, async () => {
    expect(await property({ runs: 1000 })).toBe(1000)
  })
}

it('the fuzzer runs every property with a seed for a limited time', async () => {
  expect(Object.keys(targets)).toHaveLength(Object.keys(properties).length)
  for (const target of Object.values(targets)) expect((await target(0.05, 42)).runs).toBeGreaterThan(0)
})
