import { expect, test } from 'vitest'
import { properties } from './location-properties.ts'

test.each(Object.entries(properties))('%s', async (_, property) => {
  expect(await property({ runs: 500 })).toBe(500)
})
