import type { Json, JsonObject } from '@headgate/json'
import { expect, test } from 'vitest'
import { field, refusal, schemaJson } from '../../../test/metadata/tables.ts'
import { decodeSchema } from './decode-schema.ts'

function typed(type: Json, more: JsonObject = {}): Json {
  return schemaJson([field(1, 'x', type, more)])
}

const TEXTS: readonly (readonly [string, string])[] = [
  ...[
    'boolean',
    'int',
    'long',
    'float',
    'double',
    'date',
    'time',
    'timestamp',
    'timestamptz',
    'timestamp_ns',
    'timestamptz_ns',
    'string',
    'uuid',
    'binary',
    'unknown',
    'variant',
    'decimal(9,2)',
    'decimal(38, 0)',
    'fixed[16]',
    'geometry',
    'geometry(srid:4326)',
    'geography',
    'geography(OGC:CRS84, karney)',
  ].map((text) => [text, text] as const),
  ['LONG', 'long'],
  ['Decimal( 9 , 2 )', 'decimal( 9 , 2 )'],
  ['GEOMETRY (EPSG:4326)', 'geometry (EPSG:4326)'],
]

test.each(TEXTS)('the column type %s is stored as %s', (text, stored) => {
  expect(decodeSchema(typed(text)).fields[0]?.type).toBe(stored)
})

const NOT_TYPES: readonly (readonly [Json, string])[] = [
  ['text', ': Cannot parse type string to primitive: text'],
  ['', ': Cannot parse type string to primitive: '],
  ['decimal(39, 2)', ': Decimals with precision larger than 38 are not supported: 39'],
  ['s3://key:secret@lake/t', ': Cannot parse type string to primitive: s3://…@lake/t'],
  ['decimal(9)', ': Cannot parse type string to primitive: decimal(9)'],
  ['fixed[x]', ': Cannot parse type string to primitive: fixed[x]'],
  ['geometry()', ': Invalid CRS: (empty string)'],
  ['geography( , karney)', ': Invalid CRS: (empty string)'],
  ['geography(OGC:CRS84, flat)', ': Invalid edge interpolation algorithm: flat'],
  ['geography(a, karney, b)', ': Cannot parse type string to primitive: geography(a, karney, b)'],
  ['x'.repeat(2000), ': Cannot parse type string to primitive: too long'],
  [7, ': Cannot parse type from json: neither the name of a type nor a struct, list or map'],
  [{ type: 'set' }, ': Cannot parse type from json: neither the name of a type nor a struct, list or map'],
  [{ type: 'list', element: 'int', 'element-required': true }, ': missing field element-id'],
  [{ type: 'list', 'element-id': 2, 'element-required': true }, ': missing field element'],
  [
    { type: 'map', 'key-id': 2, key: 'int', 'value-id': 3, value: 'int', 'value-required': 1 },
    '.value-required: expected true or false, found a number',
  ],
  [{ type: 'struct', fields: {} }, '.fields: expected an array, found an object'],
]

test.each(NOT_TYPES)('decodeSchema refuses the type %j', (type, message) => {
  expect(refusal(() => decodeSchema(typed(type)))).toBe(`bad-request: Invalid fields[0].type${message}`)
})

test('unknown members of schemas, fields, lists and maps are kept', () => {
  const list = { type: 'list', 'element-id': 2, element: 'INT', 'element-required': true, 'x-list': 1 }
  const map = {
    type: 'map',
    'key-id': 4,
    key: 'int',
    'value-id': 5,
    value: list,
    'value-required': true,
    'x-map': [2],
  }
  const decoded = decodeSchema(
    schemaJson([field(1, 'm', map, { 'x-field': { a: null } })], { 'x-schema': true }),
  )
  const stored = { ...map, value: { ...list, element: 'int' } }
  expect(decoded).toEqual(
    schemaJson([field(1, 'm', stored, { 'x-field': { a: null } })], { 'x-schema': true }),
  )
})

test('a schema without an id gets the id 0, and null members are treated as missing', () => {
  const decoded = decodeSchema({
    type: 'struct',
    fields: [field(1, 'x', 'int', { doc: null, 'initial-default': null, 'write-default': null })],
    'identifier-field-ids': null,
  })
  expect(decoded).toEqual(schemaJson([field(1, 'x', 'int')]))
})

const nested = (depth: number): Json => {
  let type: Json = 'int'
  for (let i = 0; i < depth; i++)
    type = { type: 'list', 'element-id': i + 2, element: type, 'element-required': true }
  return typed(type)
}

test('column types can be nested up to a limit', () => {
  expect(decodeSchema(nested(60)).fields).toHaveLength(1)
  expect(refusal(() => decodeSchema(nested(101)))).toMatch(
    /^bad-request: Invalid fields\[0\]\.type\.element\.element.{1,200}…: Cannot parse type: nested more than 100 levels deep$/,
  )
  expect(refusal(() => decodeSchema(nested(20_000)))).toContain('nested more than 100 levels deep')
})

test('ids and full names of the fields of a schema must be unique', () => {
  const point = { type: 'struct', fields: [field(2, 'x', 'int')] }
  expect(refusal(() => decodeSchema(schemaJson([field(1, 'a', 'int'), field(2, 'a', 'int')])))).toBe(
    'bad-request: Invalid schema: multiple fields for name a: 1 and 2',
  )
  expect(refusal(() => decodeSchema(schemaJson([field(1, 'p', point), field(3, 'p.x', 'int')])))).toBe(
    'bad-request: Invalid schema: multiple fields for name p.x: 2 and 3',
  )
  expect(refusal(() => decodeSchema(schemaJson([field(1, 'p', point), field(2, 'q', 'int')])))).toBe(
    'bad-request: Invalid schema: multiple fields for id 2: p.x and q',
  )
})

test('a required field of a schema cannot have the type unknown', () => {
  expect(refusal(() => decodeSchema(typed('unknown', { required: true })))).toBe(
    'bad-request: Invalid fields[0]: Cannot create required field with unknown type: x',
  )
})

const req = { required: true }
const IDENTIFIERS: readonly (readonly [string, readonly JsonObject[], number, string | null])[] = [
  ['a required column', [field(1, 'a', 'int', req)], 1, null],
  [
    'a field of required structs',
    [field(1, 's', { type: 'struct', fields: [field(2, 'a', 'int', req)] }, req)],
    2,
    null,
  ],
  [
    'a field that does not exist',
    [field(1, 'a', 'int', req)],
    7,
    'fieldId 7 as an identifier field: field does not exist',
  ],
  [
    'a struct',
    [field(1, 's', { type: 'struct', fields: [] }, req)],
    1,
    'field s as an identifier field: not a primitive type field',
  ],
  [
    'a variant',
    [field(1, 'a', 'variant', req)],
    1,
    'field a as an identifier field: not a primitive type field',
  ],
  ['an optional column', [field(1, 'a', 'int')], 1, 'field a as an identifier field: not a required field'],
  [
    'a double',
    [field(1, 'a', 'double', req)],
    1,
    'field a as an identifier field: must not be float or double field',
  ],
  [
    'a float',
    [field(1, 'a', 'float', req)],
    1,
    'field a as an identifier field: must not be float or double field',
  ],
  [
    'a field of an optional struct',
    [field(1, 's', { type: 'struct', fields: [field(2, 'a', 'int', req)] })],
    2,
    'field s.a as an identifier field: must not be nested in an optional field s',
  ],
  [
    'an element',
    [field(1, 'l', { type: 'list', 'element-id': 2, element: 'int', 'element-required': true }, req)],
    2,
    'field l.element as an identifier field: must not be nested in l',
  ],
]

test.each(IDENTIFIERS)(
  'the identifier fields of a schema must be required fields of a suitable type: %s',
  (_, fields, id, message) => {
    const decode = (): unknown => decodeSchema(schemaJson(fields, { 'identifier-field-ids': [id] }))
    if (message === null) expect(decode()).toBeDefined()
    else expect(refusal(decode)).toBe(`bad-request: Cannot add ${message}`)
  },
)

const GOOD_DEFAULTS: readonly (readonly [Json, Json])[] = [
  ['boolean', true],
  ['int', -(2 ** 31)],
  ['int', 2 ** 31 - 1],
  ['long', 9_223_372_036_854_775_807n],
  ['float', 1],
  ['double', 1e300],
  ['double', 2n ** 60n],
  ['decimal(9, 2)', '14.20'],
  ['decimal(9, 0)', '-3'],
  ['date', '2024-02-29'],
  ['time', '22:31:08.123456'],
  ['timestamp', '2017-11-16T22:31:08.123456'],
  ['timestamptz', '2017-11-16T22:31:08+00:00'],
  ['timestamp_ns', '2017-11-16T22:31:08.123456789'],
  ['timestamptz_ns', '2017-11-16T22:31:08.123456789Z'],
  ['string', ''],
  ['uuid', 'f79c3e09-677c-4bbd-a479-3f349cb785e7'],
  ['fixed[4]', '000102ff'],
  ['binary', ''],
  [{ type: 'struct', fields: [field(2, 'a', 'int')] }, {}],
  ['variant', null],
]

test.each(GOOD_DEFAULTS)('the default value of a column of type %j can be %s', (type, value) => {
  expect(decodeSchema(typed(type, { 'initial-default': value, 'write-default': value })).fields).toHaveLength(
    1,
  )
})

const BAD_DEFAULTS: readonly (readonly [Json, Json, string])[] = [
  ['boolean', 'true', 'Cannot parse default as a boolean value'],
  ['int', 2 ** 31, 'Cannot parse default as a int value'],
  ['int', 1.5, 'Cannot parse default as a int value'],
  ['long', 2n ** 63n, 'Cannot parse default as a long value'],
  ['float', '1', 'Cannot parse default as a float value'],
  ['decimal(9,2)', '14.2', 'Cannot parse default as a decimal(9, 2) value'],
  ['decimal(9,2)', 14.2, 'Cannot parse default as a decimal(9, 2) value'],
  ['date', '2023-02-29', 'Cannot parse default as a date value'],
  ['date', 17_000, 'Cannot parse default as a date value'],
  ['time', '24:00:00', 'Cannot parse default as a time value'],
  ['timestamp', '2017-11-16T22:31:08+00:00', 'Cannot parse default as a timestamp value'],
  ['timestamptz', '2017-11-16T22:31:08', 'Cannot parse default as a timestamptz value'],
  ['timestamptz', '2017-11-16T22:31:08+01:00', 'Cannot parse default as a timestamptz value'],
  ['uuid', 'f79c3e09', 'Cannot parse default as a uuid value'],
  ['fixed[4]', '0001', 'Cannot parse default as a fixed[4] value'],
  ['binary', '0', 'Cannot parse default as a binary value'],
  ['variant', 1, 'Cannot parse default as a variant value'],
  ['unknown', 1, 'Cannot parse default as a unknown value'],
  ['geometry', 'POINT (30 10)', 'Cannot parse default as a geometry(OGC:CRS84) value'],
  [
    { type: 'struct', fields: [field(2, 'a', 'int')] },
    { 2: 1 },
    'Invalid default value for struct (must be null)',
  ],
  [
    { type: 'list', 'element-id': 2, element: 'int', 'element-required': true },
    [],
    'Invalid default value for list (must be null)',
  ],
]

test.each(BAD_DEFAULTS)('the default value of a column of type %j cannot be %s', (type, value, message) => {
  for (const member of ['initial-default', 'write-default'])
    expect(refusal(() => decodeSchema(typed(type, { [member]: value })))).toBe(
      `bad-request: Invalid fields[0].${member}: ${message}`,
    )
})
