import type { Json } from '@headgate/json'
import { expect, test } from 'vitest'
import { createTableMetadata } from './create.ts'
import { decodeSchema } from './schema/decode-schema.ts'
import {
  field,
  newTable,
  NOW,
  orderJson,
  refusal,
  SCHEMA,
  schemaJson,
  sortBy,
  specJson,
  UUID,
} from '../../test/metadata/tables.ts'

test('a new table has format 2, and is unpartitioned, unsorted and empty', () => {
  const created = createTableMetadata({
    uuid: UUID,
    location: 's3://lake/t/',
    schema: decodeSchema(SCHEMA),
    properties: { owner: 'ada' },
    now: NOW,
  })
  expect(created).toEqual({
    'format-version': 2,
    'table-uuid': UUID,
    location: 's3://lake/t',
    'last-sequence-number': 0,
    'last-updated-ms': NOW,
    'last-column-id': 3,
    schemas: [SCHEMA],
    'current-schema-id': 0,
    'partition-specs': [{ 'spec-id': 0, fields: [] }],
    'default-spec-id': 0,
    'last-partition-id': 999,
    'sort-orders': [{ 'order-id': 0, fields: [] }],
    'default-sort-order-id': 0,
    properties: { 'write.parquet.compression-codec': 'zstd', owner: 'ada' },
    'current-snapshot-id': null,
    'next-row-id': 0,
    refs: {},
    snapshots: [],
    statistics: [],
    'partition-statistics': [],
    'snapshot-log': [],
    'metadata-log': [],
    'encryption-keys': [],
  })
})

test('a new table gets column ids level by level, and its spec, sort order and identifier fields use these ids', () => {
  const schema = schemaJson(
    [
      field(10, 'id', 'long', { required: true }),
      field(11, 'data', 'variant'),
      field(12, 'list', { type: 'list', 'element-id': 13, element: 'variant', 'element-required': false }),
      field(14, 'map', {
        type: 'map',
        'key-id': 15,
        key: 'string',
        'value-id': 16,
        value: 'long',
        'value-required': false,
      }),
      field(17, 'point', { type: 'struct', fields: [field(18, 'v', 'double', { 'x-unit': 'm' })] }),
    ],
    { 'schema-id': 7, 'identifier-field-ids': [10] },
  )
  const spec = specJson({ name: 'v_void', transform: 'VOID', 'source-id': 18, 'field-id': 5000 })
  const created = newTable({ version: 3, schema, spec, order: { ...orderJson(sortBy(18)), 'order-id': 9 } })
  expect(created.schemas).toEqual([
    schemaJson(
      [
        field(1, 'id', 'long', { required: true }),
        field(2, 'data', 'variant'),
        field(3, 'list', { type: 'list', 'element-id': 6, element: 'variant', 'element-required': false }),
        field(4, 'map', {
          type: 'map',
          'key-id': 7,
          key: 'string',
          'value-id': 8,
          value: 'long',
          'value-required': false,
        }),
        field(5, 'point', { type: 'struct', fields: [field(9, 'v', 'double', { 'x-unit': 'm' })] }),
      ],
      { 'identifier-field-ids': [1] },
    ),
  ])
  expect(created['last-column-id']).toBe(9)
  expect(created['partition-specs']).toEqual([
    specJson({ name: 'v_void', transform: 'void', 'source-id': 9, 'field-id': 1000 }),
  ])
  expect(created['last-partition-id']).toBe(1000)
  expect(created['sort-orders']).toEqual([orderJson(sortBy(9))])
  expect(created['default-sort-order-id']).toBe(1)
})

test('partition fields with several source columns use the new column ids', () => {
  const several = { name: 'zone', transform: 'hilbert', 'source-ids': [20, 10], 'field-id': 1000 }
  const schema = schemaJson([field(10, 'a', 'int'), field(20, 'b', 'int')])
  const created = newTable({ version: 3, schema, spec: specJson(several) })
  expect(created['partition-specs'][0]?.fields).toEqual([{ ...several, 'source-ids': [2, 1] }])
})

test.each([1, 2, 3] as const)(
  'the property format-version %i selects the version and is not stored',
  (version) => {
    const created = newTable({ version })
    expect(created['format-version']).toBe(version)
    expect(created.properties).not.toHaveProperty('format-version')
  },
)

test('a new table does not store reserved properties, and requested properties replace defaults', () => {
  const created = newTable({
    properties: {
      uuid: 'x',
      'snapshot-count': '1',
      'current-snapshot-id': '1',
      'current-snapshot-summary': '{}',
      'current-snapshot-timestamp-ms': '1',
      'current-schema': '{}',
      'default-partition-spec': '{}',
      'default-sort-order': '{}',
      'write.parquet.compression-codec': 'snappy',
      ['__proto__']: 'kept',
    },
  })
  expect(Object.entries(created.properties)).toEqual([
    ['write.parquet.compression-codec', 'snappy'],
    ['__proto__', 'kept'],
  ])
})

const nameList = { type: 'list', 'element-id': 8, element: 'int', 'element-required': false }
const REFUSED: readonly (readonly [string, () => unknown, string])[] = [
  [
    'a type of a later format',
    () => newTable({ schema: schemaJson([field(1, 'v', 'variant')]) }),
    'variant is not supported until v3',
  ],
  [
    'several of them, each named',
    () =>
      newTable({
        version: 1,
        schema: schemaJson([
          field(1, 'l', { ...nameList, element: 'geometry(X)' }),
          field(2, 't', 'timestamp_ns', { 'initial-default': '2020-01-01T00:00' }),
        ]),
      }),
    'Invalid schema for v1:\n' +
      '- Invalid type for t: timestamp_ns is not supported until v3\n' +
      '- Invalid initial default for t: non-null default is not supported until v3\n' +
      '- Invalid type for l.element: geometry(X) is not supported until v3',
  ],
  [
    'format version 4',
    () => create({ 'format-version': '4' }),
    'Unsupported format version: v4 (supported: v3)',
  ],
  [
    'format version 0',
    () => create({ 'format-version': '0' }),
    'Unsupported format version: v0 (supported: v3)',
  ],
  [
    'a version that is no number',
    () => create({ 'format-version': 'two' }),
    'Table property format-version must have integer value',
  ],
  [
    'metrics of a missing column',
    () => create({ 'write.metadata.metrics.column.nope': 'full' }),
    'Invalid metrics config, could not find column nope from table prop write.metadata.metrics.column.nope in schema with columns id, name, at',
  ],
  [
    'a retry count that is no number',
    () => create({ 'commit.retry.num-retries': 'x' }),
    'Table property commit.retry.num-retries must have integer value',
  ],
  [
    'a count that does not fit into an integer',
    () => create({ 'commit.retry.num-retries': '2147483648' }),
    'Table property commit.retry.num-retries must have integer value',
  ],
  [
    'a negative wait',
    () => create({ 'commit.retry.min-wait-ms': '-1' }),
    'Table property commit.retry.min-wait-ms must have non negative integer value',
  ],
  [
    'encryption before format 3',
    () => create({ 'encryption.key-id': 'k' }),
    'Invalid properties for v2: [encryption.key-id]',
  ],
  ['an empty location', () => create({}, ''), 'Invalid location: must not be empty'],
  [
    'a partition of a missing column',
    () => partitioned({ name: 'p', transform: 'identity', 'source-id': 9 }),
    'Cannot find source column for partition field: p: identity(9)',
  ],
  [
    'a void partition of a missing column',
    () => partitioned({ name: 'p', transform: 'void', 'source-id': 9 }),
    'Cannot find source column for partition field: p',
  ],
  [
    'a sort by a missing column',
    () => newTable({ order: orderJson(sortBy(9)) }),
    'Cannot find source column for sort field: identity(9) asc nulls-first',
  ],
]

function create(properties: Readonly<Record<string, string>>, location = 's3://lake/t'): unknown {
  return createTableMetadata({ uuid: UUID, location, schema: decodeSchema(SCHEMA), properties, now: NOW })
}

function partitioned(...fields: readonly { readonly [key: string]: Json }[]): unknown {
  return newTable({ spec: specJson(...fields) })
}

test.each(REFUSED)('createTableMetadata refuses %s', (_, run, message) => {
  expect(refusal(run)).toContain('bad-request: ')
  expect(refusal(run)).toContain(message)
})

test('a new table of format 3 accepts encryption properties, and metrics properties that use short column names', () => {
  const point = { ...nameList, element: { type: 'struct', fields: [field(9, 'x', 'int')] } }
  const created = newTable({
    version: 3,
    schema: schemaJson([field(1, 'ps', point)]),
    properties: { 'encryption.key-id': 'k', 'write.metadata.metrics.column.ps.x': 'none' },
  })
  expect(created.properties).toMatchObject({ 'encryption.key-id': 'k' })
})
