import { expect, test } from 'vitest'
import { properties } from './avro-properties.ts'

test.each(Object.entries(properties))('%s', async (_, property) => {
  expect(await property({ runs: 300 })).toBe(300)
})
