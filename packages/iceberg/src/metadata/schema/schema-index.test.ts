import { expect, test } from 'vitest'
import { field, schemaJson } from '../../../test/metadata/tables.ts'
import { decodeSchema } from './decode-schema.ts'
import { schemaIndex } from './schema-index.ts'

const points = {
  type: 'list',
  'element-id': 2,
  element: { type: 'struct', fields: [field(3, 'x', 'int')] },
  'element-required': true,
}
const lookup = {
  type: 'map',
  'key-id': 5,
  key: { type: 'struct', fields: [field(6, 'k', 'int')] },
  'value-id': 7,
  value: { type: 'struct', fields: [field(8, 'v', { ...points, 'element-id': 9, element: 'int' })] },
  'value-required': false,
}

test('the schema index contains each field by its full name, and by a short name without the words element and value before a struct', () => {
  const index = schemaIndex(decodeSchema(schemaJson([field(1, 'ps', points), field(4, 'm', lookup)])))
  expect(Object.fromEntries([...index.byName].map(([name, it]) => [name, it.id]))).toEqual({
    ps: 1,
    'ps.element': 2,
    'ps.element.x': 3,
    'ps.x': 3,
    m: 4,
    'm.key': 5,
    'm.key.k': 6,
    'm.value': 7,
    'm.value.v': 8,
    'm.v': 8,
    'm.value.v.element': 9,
    'm.v.element': 9,
  })
  expect(index.highestId).toBe(9)
})

test('a full name in the schema index takes precedence over a short name', () => {
  const index = schemaIndex(decodeSchema(schemaJson([field(1, 'ps', points), field(4, 'ps.x', 'int')])))
  expect(index.byName.get('ps.x')?.id).toBe(4)
})

test('the highest id of a schema without fields is 0', () => {
  expect(schemaIndex(decodeSchema(schemaJson([]))).highestId).toBe(0)
})
