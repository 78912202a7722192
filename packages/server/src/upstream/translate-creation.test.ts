import { type JsonObject, parse, stringify } from '@headgate/json'
import { describe, expect, it } from 'vitest'
import { markProperty, translateCreation } from './translate-creation.ts'

const uuid = '7d2f7a4e-0b0a-4a55-9d5e-3a1f2f6f0c11'
const field = { id: 1, name: 'id', required: true, type: 'long' }
const created: JsonObject = {
  'format-version': 2,
  'table-uuid': uuid,
  location: 's3://lake/t',
  schemas: [{ type: 'struct', 'schema-id': 0, fields: [{ ...field, doc: null }] }],
  'current-schema-id': 0,
  'partition-specs': [
    { 'spec-id': 0, fields: [{ 'source-id': 1, 'field-id': 1000, name: 'b', transform: 'bucket[4]' }] },
  ],
  'default-spec-id': 0,
  'sort-orders': [{ 'order-id': 0, fields: [] }],
  'default-sort-order-id': 0,
  properties: { a: '1', [markProperty]: 'row' },
}

function translate(updates: JsonObject[], requirements: JsonObject[] = [], removesMark = true): JsonObject {
  const body = { requirements: [{ type: 'assert-create' }, ...requirements], updates }
  return translateCreation(body, created, removesMark)
}

const removal = { action: 'remove-properties', removals: [markProperty] }

describe('translateCreation', () => {
  it('the first commit to a created table is translated to a commit that requires the created table without data', () => {
    const own = { type: 'assert-last-assigned-field-id', 'last-assigned-field-id': 1 }
    expect(translate([], [own])['requirements']).toEqual([
      { type: 'assert-table-uuid', uuid },
      { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': null },
      own,
    ])
  })

  it('the first commit to a created table is sent without the updates that repeat the creation', () => {
    const { updates } = translate([
      { action: 'assign-uuid', uuid: uuid.toUpperCase() },
      { action: 'upgrade-format-version', 'format-version': 2 },
      {
        action: 'add-schema',
        schema: { 'schema-id': 5, type: 'struct', fields: [field] },
        'last-column-id': 1,
      },
      { action: 'set-current-schema', 'schema-id': -1 },
      { action: 'add-spec', spec: { fields: [{ 'source-id': 1, name: 'b', transform: 'bucket[4]' }] } },
      { action: 'set-default-spec', 'spec-id': -1 },
      { action: 'add-sort-order', 'sort-order': { 'order-id': 0, fields: [] } },
      { action: 'set-default-sort-order', 'sort-order-id': -1 },
      { action: 'set-location', location: 's3://lake/t/' },
      { action: 'set-properties', updates: { a: '1', [markProperty]: 'row' } },
    ])
    expect(updates).toEqual([removal])
  })

  it('the first commit to a created table keeps a schema or partition spec that differs, and makes it current', () => {
    const kept = [
      { action: 'add-schema', schema: { type: 'struct', fields: [{ ...field, doc: 'key' }] } },
      { action: 'set-current-schema', 'schema-id': -1 },
      { action: 'add-spec', spec: { fields: [] } },
      { action: 'set-default-spec', 'spec-id': -1 },
      { action: 'upgrade-format-version', 'format-version': 3 },
      { action: 'set-location', location: 's3://lake/other' },
      { action: 'add-snapshot', snapshot: { 'snapshot-id': 1 } },
    ]
    expect(translate(kept)['updates']).toEqual([...kept, removal])
  })

  it('when the first commit contains the schema of the create request and then another schema, the other one becomes current', () => {
    const repeated = { action: 'add-schema', schema: { type: 'struct', fields: [field] } }
    const other = { action: 'add-schema', schema: { type: 'struct', fields: [] } }
    const select = { action: 'set-current-schema', 'schema-id': -1 }
    expect(translate([repeated, select, other, select])['updates']).toEqual([other, select, removal])
  })

  it('the first commit to a created table keeps only the properties that differ', () => {
    const { updates } = translate([{ action: 'set-properties', updates: { a: '2', b: '1' } }])
    expect(updates).toEqual([{ action: 'set-properties', updates: { a: '2', b: '1' } }, removal])
  })

  it('the first commit to a created table does not remove the property that marks the table if the upstream refuses changes of properties', () => {
    expect(translate([], [], false)['updates']).toEqual([])
  })

  it('the first commit to a created table keeps the text of numbers', () => {
    const text =
      '{"requirements":[],"updates":[{"action":"add-snapshot","snapshot":{"snapshot-id":9223372036854775807,"x":1.0}}]}'
    const body = parse(text, { keepNumberText: true }) as JsonObject
    expect(stringify(translateCreation(body, { ...created, properties: {} }, true))).toContain(
      '{"snapshot-id":9223372036854775807,"x":1.0}',
    )
  })

  it('the first commit to a created table is refused if it assigns another UUID', () => {
    expect(() =>
      translate([{ action: 'assign-uuid', uuid: '00000000-0000-4000-8000-000000000000' }]),
    ).toThrow('another UUID')
  })
})
