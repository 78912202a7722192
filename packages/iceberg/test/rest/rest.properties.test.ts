import { expect, test } from 'vitest'
import { requestExamples } from './request-examples.ts'
import { properties } from './rest-properties.ts'

test.each(Object.entries(properties))('%s', async (_, property) => {
  expect(await property({ runs: 300 })).toBe(300)
})

test.each(Object.entries(requestExamples))(
  'the example body of %s, from which other tests create invalid bodies, is valid',
  (_, { body, decode }) => {
    expect(() => decode(body)).not.toThrow()
  },
)
