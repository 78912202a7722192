import { expect, test } from 'vitest'
import { goodRequests } from './requests.test-support.ts'
import { properties } from './rest.properties.ts'

test.each(Object.entries(properties))('%s', async (_, property) => {
  expect(await property({ runs: 300 })).toBe(300)
})

test.each(Object.entries(goodRequests))(
  'the body of %s, which is broken above, is good as it is',
  (_, { body, decode }) => {
    expect(() => decode(body)).not.toThrow()
  },
)
