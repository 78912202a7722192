import { parse, type Json, type JsonObject } from '@headgate/json'
import { expect, test } from 'vitest'
import { decodeCreateTableRequest } from '../../rest/requests/create-table.ts'
import { decodeViewUpdate } from '../../view/decode-view-update.ts'
import { field, newTable, refusal, schemaJson } from '../../../test/metadata/tables.ts'
import { decodeTableMetadata } from '../table/decode-table.ts'
import { encodeTableMetadata } from '../table/encode-table.ts'
import { decodeTableUpdate } from '../update/decode-update.ts'
import { decodeNewSchema } from './decode-new-schema.ts'

const typed = (type: Json, more: JsonObject = {}): JsonObject => schemaJson([field(1, 'x', type, more)])

const list = (element: Json, required: boolean): JsonObject => ({
  type: 'list',
  'element-id': 2,
  element,
  'element-required': required,
})
const map = (key: Json, value: Json, required: boolean): JsonObject => ({
  type: 'map',
  'key-id': 2,
  key,
  'value-id': 3,
  value,
  'value-required': required,
})

const UNKNOWN: readonly (readonly [JsonObject, string])[] = [
  [list('unknown', true), 'x.element'],
  [map('string', 'unknown', true), 'x.value'],
  [map('unknown', 'string', false), 'x.key'],
]

test.each(UNKNOWN)('a new schema with a required field of type unknown in %j is refused', (type, name) => {
  expect(refusal(() => decodeNewSchema(typed(type)))).toBe(
    `bad-request: Cannot create required field with unknown type: ${name}. Make it optional.`,
  )
})

test('a new schema with an optional field of type unknown in a list is accepted', () => {
  expect(decodeNewSchema(typed(list('unknown', false))).fields).toHaveLength(1)
})

test('the default value {} of a struct is refused in a new schema, and accepted in an existing schema', () => {
  const struct = { type: 'struct', fields: [field(2, 'y', 'int')] }
  const schema = typed(struct, { 'initial-default': {} })
  expect(refusal(() => decodeNewSchema(schema))).toMatch(
    /^bad-request: Invalid default value of field "x": Iceberg Java 1\.12 cannot load .* Remove it, /,
  )
  const document = {
    ...encodeTableMetadata(newTable({ version: 3 })),
    schemas: [schema],
    'last-column-id': 2,
  }
  expect(decodeTableMetadata(document).schemas[0]?.fields[0]?.['initial-default']).toEqual({})
})

const TOO_PRECISE: readonly (readonly [string, string])[] = [
  ['time', '12:00:00.123456789'],
  ['timestamp', '2024-01-31T12:00:00.1234567'],
  ['timestamptz', '2024-01-31T12:00:00.123456001+00:00'],
]

test.each(TOO_PRECISE)(
  'a default value of type %s with more digits than microseconds is refused: %s',
  (type, value) => {
    expect(refusal(() => decodeNewSchema(typed(type, { 'write-default': value })))).toContain(
      'has more than six digits of a second',
    )
  },
)

const GOOD: readonly (readonly [string, Json])[] = [
  ['time', '12:00:00.123456000'],
  ['timestamp', '2024-01-31T12:00:00.123456'],
  ['timestamp_ns', '2024-01-31T12:00:00.123456789'],
  ['timestamp_ns', '2262-04-10T23:59:59'],
  ['timestamp', '-0044-03-15T00:00:00'],
  ['date', '+12024-01-31'],
  ['float', 3.4028235e38],
]

test.each(GOOD)('the default value of a column of type %s can be %s', (type, value) => {
  expect(decodeNewSchema(typed(type, { 'write-default': value })).fields).toHaveLength(1)
})

const OUTSIDE: readonly (readonly [string, Json, string])[] = [
  ['timestamp_ns', '2263-01-01T00:00:00', 'is outside the range of a timestamp_ns'],
  ['timestamptz_ns', '1600-01-01T00:00:00+00:00', 'is outside the range of a timestamptz_ns'],
  ['timestamp', '+999999-01-01T00:00:00', 'is outside the range of a timestamp'],
  ['date', '+999999999-01-01', 'is outside the range of a date'],
  ['date', '12024-01-31', 'must have four digits, or a sign and five to nine'],
  ['float', 1e39, 'larger than any float'],
]

test.each(OUTSIDE)(
  'the default value of a column of type %s cannot be %s, which readers cannot represent',
  (type, value, message) => {
    expect(refusal(() => decodeNewSchema(typed(type, { 'write-default': value })))).toContain(message)
  },
)

test('the schema in every request is checked as a new schema', () => {
  const schema = typed(list('unknown', true))
  const requests: readonly (() => unknown)[] = [
    () => decodeTableUpdate({ action: 'add-schema', schema }),
    () => decodeViewUpdate({ action: 'add-schema', schema }),
    () => decodeCreateTableRequest({ name: 't', schema }),
  ]
  for (const request of requests) expect(refusal(request)).toContain('with unknown type: x.element')
})

test('a default value that is larger than the largest double is refused', () => {
  const schema = parse(
    '{"type":"struct","fields":[{"id":1,"name":"x","required":true,"type":"double","write-default":1e400}]}',
    {
      keepNumberText: true,
    },
  )
  expect(refusal(() => decodeNewSchema(schema))).toContain('Cannot parse default as a double value')
})
