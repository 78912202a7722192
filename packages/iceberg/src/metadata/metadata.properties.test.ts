import { expect, test } from 'vitest'
import { properties } from './metadata.properties.ts'

test.each(Object.entries(properties))('%s', (_, property) => {
  expect(property({ runs: 300 })).toBe(300)
})
