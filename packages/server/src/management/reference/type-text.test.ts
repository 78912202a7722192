import { describe, expect, it } from 'vitest'
import type { JsonSchema } from './json-schema.ts'
import { typeText } from './type-text.ts'

describe('typeText', () => {
  it.each<[JsonSchema, string]>([
    [{ $ref: '#/components/schemas/GrantRequest' }, '[GrantRequest](#grantrequest)'],
    [{ type: 'string', minLength: 1, maxLength: 1024 }, 'text (1 to 1,024 characters)'],
    [{ type: 'string', pattern: '^(a|b)$' }, String.raw`text (matches ${'`'}^(a\|b)$${'`'})`],
    [{ type: 'string', format: 'uuid', pattern: '^[0-9a-f-]+$' }, 'id'],
    [{ type: ['string', 'null'] }, 'text or null'],
    [{ type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 }, 'whole number'],
    [{ type: 'integer', exclusiveMinimum: 0, maximum: 10 }, 'whole number (1 to 10)'],
    [{ enum: ['a', 'b'] }, '`"a"`, `"b"`'],
    [{ type: 'array', maxItems: 3, items: { type: 'boolean' } }, 'list of true or false, at most 3 items'],
    [{ type: 'object', additionalProperties: { type: 'string' } }, 'object with values of type text'],
    [{ anyOf: [{ type: 'boolean' }, { type: 'null' }] }, 'true or false or null'],
    [{}, 'any JSON'],
  ])('describes %j as %s', (schema, text) => {
    expect(typeText(schema)).toBe(text)
  })
})
