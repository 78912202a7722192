import { expect, test } from 'vitest'
import { openSecretsFixture, properties } from './secrets-properties.ts'

test.each(Object.entries(properties))(
  '%s',
  async (_, createProperty) => {
    await using fixture = await openSecretsFixture()
    expect(await createProperty(fixture)({ runs: 150 })).toBe(150)
  },
  120_000,
)
