import { expect, test } from 'vitest'
import { properties } from './metadata-properties.ts'

test.each(Object.entries(properties))('%s', async (_, property) => {
  expect(await property({ runs: 300 })).toBe(300)
})
