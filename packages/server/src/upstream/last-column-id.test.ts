import { describe, expect, it } from 'vitest'
import { addLastColumnIds } from './last-column-id.ts'

const element = { type: 'struct', fields: [{ id: 9, name: 'x', required: false, type: 'long' }] }
const schema = {
  type: 'struct',
  'schema-id': 0,
  fields: [
    { id: 1, name: 'id', required: true, type: 'long' },
    {
      id: 2,
      name: 'places',
      required: false,
      type: { type: 'list', 'element-id': 3, 'element-required': false, element },
    },
    {
      id: 4,
      name: 'tags',
      required: false,
      type: {
        type: 'map',
        'key-id': 5,
        key: 'string',
        'value-id': 6,
        value: 'string',
        'value-required': false,
      },
    },
  ],
}

describe('addLastColumnIds', () => {
  it('addLastColumnIds adds the highest id of a field, also of a nested field', () => {
    expect(addLastColumnIds([{ action: 'add-schema', schema }])).toEqual([
      { action: 'add-schema', schema, 'last-column-id': 9 },
    ])
  })

  it('addLastColumnIds replaces null, and keeps a value that the client sent', () => {
    const update = { action: 'add-schema', schema }
    expect(addLastColumnIds([{ ...update, 'last-column-id': null }])).toMatchObject([{ 'last-column-id': 9 }])
    expect(addLastColumnIds([{ ...update, 'last-column-id': 20 }])).toMatchObject([{ 'last-column-id': 20 }])
  })

  it('addLastColumnIds leaves other updates unchanged', () => {
    const updates = [{ action: 'set-current-schema', 'schema-id': -1 }, 'no object']
    expect(addLastColumnIds(updates)).toEqual(updates)
  })
})
