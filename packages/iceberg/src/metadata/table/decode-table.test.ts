import { readFileSync } from 'node:fs'
import { parse, stringify, type Json, type JsonObject } from '@headgate/json'
import { expect, test } from 'vitest'
import { append, BIG, commit, newTable, refusal, UUID } from '../../../test/metadata/tables.ts'
import { decodeTableMetadata } from './decode-table.ts'
import { encodeTableMetadata } from './encode-table.ts'

const SPEC = new URL('../../../../../spec/iceberg/table-metadata/', import.meta.url)

function resource(name: string): JsonObject {
  return parse(readFileSync(new URL(`TableMetadata${name}.json`, SPEC), 'utf8')) as JsonObject
}

/** Encodes metadata and parses the text as JSON. */
function written(value: Json): Json {
  return parse(stringify(encodeTableMetadata(decodeTableMetadata(value))))
}

test.each([
  'V1Valid',
  'V2Valid',
  'V2ValidMinimal',
  'V3ValidMinimal',
  'StatisticsFiles',
  'PartitionStatisticsFiles',
])('%s is decoded and encoded without a change', (name) => {
  const original = resource(name)
  const out = written(original)
  if (original['format-version'] !== 1) expect(out).toMatchObject(original)
  expect(written(out)).toEqual(out)
})

const INVALID: readonly (readonly [string, string])[] = [
  [
    'V1MissingSchemaType',
    'Invalid table metadata.schema: Cannot parse type from json: neither the name of a type nor a struct, list or map',
  ],
  [
    'V2CurrentSchemaNotFound',
    'Invalid table metadata: Cannot find schema with current-schema-id=2 from schemas',
  ],
  ['V2MissingLastPartitionId', 'Invalid table metadata: last-partition-id must exist in format v2'],
  ['V2MissingPartitionSpecs', 'Invalid table metadata: partition-specs must exist in format v2'],
  ['V2MissingSchemas', 'Invalid table metadata: schemas must exist in format v2'],
  ['V2MissingSortOrder', 'Invalid table metadata: sort-orders must exist in format v2'],
]

test.each(INVALID)('decodeTableMetadata refuses %s', (name, message) => {
  expect(refusal(() => decodeTableMetadata(resource(name)))).toBe(`bad-request: ${message}`)
})

test('format versions after 3 are refused', () => {
  expect(refusal(() => decodeTableMetadata(resource('UnsupportedVersion')))).toBe(
    'bad-request: Invalid table metadata: Cannot read unsupported version 42 (supported: 1 to 3)',
  )
  expect(refusal(() => decodeTableMetadata({ ...V2, 'format-version': 4 }))).toBe(
    'bad-request: Invalid table metadata: Cannot read unsupported version 4 (supported: 1 to 3)',
  )
})

test('the members schema and partition-spec of format 1 become lists, and are written in addition to the lists', () => {
  const decoded = decodeTableMetadata(resource('V1Valid'))
  const schema = { ...(resource('V1Valid')['schema'] as JsonObject), 'schema-id': 0 }
  const fields = resource('V1Valid')['partition-spec']
  expect(decoded).toMatchObject({
    'format-version': 1,
    'last-sequence-number': 0,
    schemas: [schema],
    'current-schema-id': 0,
    'partition-specs': [{ 'spec-id': 0, fields }],
    'default-spec-id': 0,
    'last-partition-id': 1000,
    'sort-orders': [{ 'order-id': 0, fields: [] }],
    'default-sort-order-id': 0,
    'current-snapshot-id': null,
  })
  expect(decoded).not.toHaveProperty('schema')
  const out = written(resource('V1Valid'))
  expect(out).toMatchObject({ schema, 'partition-spec': fields, 'current-snapshot-id': -1 })
  for (const later of ['last-sequence-number', 'next-row-id', 'encryption-keys'])
    expect(out).not.toHaveProperty(later)
})

test('partition fields of format 1 without ids get the ids 1000, 1001, …', () => {
  const plain = [
    { name: 'x', transform: 'identity', 'source-id': 1 },
    { name: 'y_b', transform: 'bucket[4]', 'source-id': 2 },
  ]
  const decoded = decodeTableMetadata({ ...resource('V1Valid'), 'partition-spec': plain })
  expect(decoded['partition-specs'][0]?.fields.map((field) => field['field-id'])).toEqual([1000, 1001])
  expect(decoded['last-partition-id']).toBe(1001)
  const mixed = [{ ...plain[0], 'field-id': 1000 }, plain[1]] as Json
  expect(refusal(() => decodeTableMetadata({ ...resource('V1Valid'), 'partition-spec': mixed }))).toBe(
    'bad-request: Invalid table metadata.partition-spec: Cannot parse spec with missing field IDs: 1 missing of 2 fields.',
  )
})

test.each([
  [1, -1, false],
  [2, -1, false],
  [3, null, true],
] as const)('format %i writes %s if the table has no current snapshot', (version, none, hasRowIds) => {
  const out = encodeTableMetadata(newTable({ version }))
  expect(out['current-snapshot-id']).toBe(none)
  expect(Object.hasOwn(out, 'next-row-id')).toBe(hasRowIds)
  expect(decodeTableMetadata(out)).toEqual(newTable({ version }))
})

test('lists and maps of table metadata are always written, and known fields have a fixed order', () => {
  expect(Object.keys(written(newTable()) as JsonObject)).toEqual([
    'format-version',
    'table-uuid',
    'location',
    'last-sequence-number',
    'last-updated-ms',
    'last-column-id',
    'current-schema-id',
    'schemas',
    'default-spec-id',
    'partition-specs',
    'last-partition-id',
    'default-sort-order-id',
    'sort-orders',
    'properties',
    'current-snapshot-id',
    'refs',
    'snapshots',
    'statistics',
    'partition-statistics',
    'snapshot-log',
    'metadata-log',
  ])
})

/** Document with an unknown field in every object, and numbers beyond 2^53. */
const EVERYWHERE = parse(`{
  "format-version": 3, "table-uuid": "${UUID}", "location": "s3://lake/t", "last-sequence-number": 9007199254740993,
  "last-updated-ms": 1700000000000, "last-column-id": 4, "x-table": {"deep": [1, null, {"a": 9223372036854775807}]},
  "current-schema-id": 0, "schemas": [{"type": "struct", "schema-id": 0, "x-schema": 1, "fields": [
    {"id": 1, "name": "id", "required": true, "type": "long", "x-field": null},
    {"id": 2, "name": "l", "required": false, "type":
      {"type": "list", "element-id": 3, "element-required": false, "element": "long", "x-list": "y"}},
    {"id": 4, "name": "d", "required": false, "type": "double", "write-default": 0.5}]}],
  "default-spec-id": 0, "partition-specs": [{"spec-id": 0, "x-spec": true, "fields": [
    {"name": "b", "transform": "bucket[4]", "source-id": 1, "field-id": 1000, "x-part": "z"},
    {"name": "w", "transform": "wavelet[7]", "source-ids": [1, 4], "field-id": 1001}]}],
  "last-partition-id": 1001, "default-sort-order-id": 1, "sort-orders": [{"order-id": 1, "x-order": 0, "fields": [
    {"transform": "identity", "source-id": 1, "direction": "asc", "null-order": "nulls-last", "x-sort": []}]}],
  "properties": {"a": "b"}, "current-snapshot-id": ${BIG}, "next-row-id": 9223372036854775807,
  "encryption-keys": [{"key-id": "k", "encrypted-key-metadata": "aGk=", "x-key": 1}],
  "refs": {"main": {"snapshot-id": ${BIG}, "type": "branch", "x-ref": 1}},
  "snapshots": [{"snapshot-id": ${BIG}, "sequence-number": 9007199254740993, "timestamp-ms": 1700000000000,
    "manifest-list": "s3://l", "summary": {"operation": "append", "x": "1"}, "first-row-id": 0, "added-rows": 5,
    "x-snapshot": {"y": ${BIG}}}],
  "statistics": [{"snapshot-id": ${BIG}, "statistics-path": "s3://s", "file-size-in-bytes": ${BIG},
    "file-footer-size-in-bytes": 1, "x-stats": 1, "blob-metadata": [
      {"type": "t", "snapshot-id": ${BIG}, "sequence-number": 1, "fields": [1], "x-blob": 1}]}],
  "partition-statistics": [{"snapshot-id": ${BIG}, "statistics-path": "s3://p", "file-size-in-bytes": 2, "x-p": 1}],
  "snapshot-log": [{"timestamp-ms": 1700000000000, "snapshot-id": ${BIG}, "x-log": 1}],
  "metadata-log": [{"timestamp-ms": 1700000000000, "metadata-file": "s3://m", "x-file": 1}]
}`) as JsonObject

test('decoding, a commit and encoding keep unknown fields of every object and integers beyond 2^53', () => {
  expect(written(EVERYWHERE)).toEqual(EVERYWHERE)
  const next = commit(decodeTableMetadata(EVERYWHERE), { action: 'set-properties', updates: { c: 'd' } })
  expect(parse(stringify(encodeTableMetadata(next)))).toEqual({
    ...EVERYWHERE,
    'last-updated-ms': 1700000001000,
    properties: { a: 'b', c: 'd' },
  })
})

test('an integral default of a floating-point field is written with a decimal point', () => {
  const schema = {
    type: 'struct',
    fields: [
      { id: 1, name: 'd', required: false, type: 'double', 'initial-default': 1, 'write-default': -0 },
      { id: 2, name: 'l', required: false, type: 'long', 'write-default': 1 },
    ],
  }
  const text = stringify(encodeTableMetadata(newTable({ version: 3, schema })))
  expect(text).toContain('"initial-default":1.0,"write-default":-0.0')
  expect(text).toContain('"type":"long","write-default":1}')
})

test('metadata without refs gets a branch main with the current snapshot', () => {
  const { refs: _, ...withoutRefs } = EVERYWHERE
  expect(decodeTableMetadata(withoutRefs).refs).toEqual({ main: { 'snapshot-id': BIG, type: 'branch' } })
})

test('snapshots of format 1 are written without sequence numbers', () => {
  const base = newTable({ version: 1 })
  const out = encodeTableMetadata(commit(base, ...append(1, 0)))
  expect((out['snapshots'] as readonly JsonObject[])[0]).not.toHaveProperty('sequence-number')
})

const V2 = encodeTableMetadata(commit(newTable(), ...append(7, 1)))

const spec = (name: string, more: JsonObject = {}): JsonObject => ({
  'spec-id': 0,
  fields: [{ name, transform: 'identity', 'source-id': 1, 'field-id': 1000, ...more }],
})
const field = { id: 1, name: 'id', required: true, type: 'long' }
const BROKEN: readonly (readonly [JsonObject, string])[] = [
  [{ 'table-uuid': null }, 'UUID is required in format v2'],
  [{ 'table-uuid': 7 }, 'Invalid table metadata.table-uuid: expected a string, found a number'],
  [{ location: null }, 'Invalid table metadata.location: expected a string, found null'],
  [{ location: '//' }, 'Invalid table metadata.location: must not consist of slashes only'],
  [
    { 'last-sequence-number': '1' },
    'Invalid table metadata.last-sequence-number: expected a 64-bit integer, found a string',
  ],
  [
    { 'last-sequence-number': 0 },
    'Invalid snapshot with sequence number 1 greater than last sequence number 0',
  ],
  [
    { 'last-updated-ms': 1.5 },
    'Invalid table metadata.last-updated-ms: expected a 64-bit integer, found a number',
  ],
  [{ 'last-updated-ms': 1 }, 'Invalid update timestamp 1: before last snapshot log entry at 1700000000000'],
  [
    { 'last-column-id': 2 ** 40 },
    'Invalid table metadata.last-column-id: expected a 32-bit integer, found a number',
  ],
  [{ schemas: {} }, 'Invalid table metadata.schemas: expected an array, found an object'],
  [
    {
      schemas: [
        { type: 'struct', fields: [field] },
        { type: 'struct', fields: [] },
      ],
    },
    'Invalid table metadata: schema 0 comes twice',
  ],
  [
    { schemas: [{ type: 'struct', fields: [field, field] }] },
    'Invalid table metadata.schemas[0]: Invalid schema: multiple fields for name id: 1 and 1',
  ],
  [{ 'partition-specs': [] }, 'Invalid table metadata: Cannot find partition spec with default-spec-id=0'],
  [{ 'partition-specs': [spec('a'), spec('b')] }, 'Invalid table metadata: partition spec 0 comes twice'],
  [
    { 'partition-specs': [spec('a', { 'source-id': 9 })] },
    'Invalid table metadata: Cannot find source column for partition field: 1000: a: identity(9)',
  ],
  [
    { 'partition-specs': [spec('name')] },
    'Invalid table metadata: Cannot create identity partition sourced from different field in schema: name',
  ],
  [
    { 'partition-specs': [spec('a', { 'source-id': null })] },
    'Invalid table metadata.partition-specs[0].fields[0]: missing field source-id',
  ],
  [
    { 'partition-specs': [spec('a', { 'source-ids': [] })] },
    'Invalid table metadata.partition-specs[0].fields[0].source-ids: must not be empty',
  ],
  [
    { 'sort-orders': [{ 'order-id': 2, fields: [] }] },
    'Invalid table metadata.sort-orders[0]: Unsorted order ID must be 0',
  ],
  [
    {
      'default-sort-order-id': 1,
      'sort-orders': [
        {
          'order-id': 1,
          fields: [{ transform: 'identity', 'source-id': 9, direction: 'asc', 'null-order': 'nulls-last' }],
        },
      ],
    },
    'Invalid table metadata: Cannot find source column for sort field: identity(9) asc nulls-last',
  ],
  [
    { 'default-sort-order-id': 3 },
    'Invalid table metadata: Cannot find sort order with default-sort-order-id=3',
  ],
  [{ properties: { a: 1 } }, 'Invalid table metadata.properties["a"]: expected a string, found a number'],
  [{ 'current-snapshot-id': 8 }, 'Invalid table metadata: Cannot find current version'],
  [{ 'current-snapshot-id': -1 }, 'Current snapshot is not set, but main branch exists: 7'],
  [
    { refs: { main: { 'snapshot-id': 8, type: 'branch' } } },
    'Snapshot for reference main does not exist in the existing snapshots list: 8',
  ],
  [
    { refs: { t: { 'snapshot-id': 7, type: 'label' } } },
    'Invalid table metadata.refs["t"].type: neither branch nor tag: label',
  ],
  [{ refs: [] }, 'Invalid table metadata.refs: expected an object, found an array'],
  [{ snapshots: [null] }, 'Invalid table metadata.snapshots[0]: expected an object, found null'],
  [
    { snapshots: [...(V2['snapshots'] as readonly Json[]), ...(V2['snapshots'] as readonly Json[])] },
    'Invalid table metadata: snapshot 7 comes twice',
  ],
  [
    {
      'snapshot-log': [
        { 'timestamp-ms': 200_000, 'snapshot-id': 7 },
        { 'timestamp-ms': 1, 'snapshot-id': 7 },
      ],
    },
    'Expected sorted snapshot log entries.',
  ],
  [
    {
      'metadata-log': [
        { 'timestamp-ms': 200_000, 'metadata-file': 'a' },
        { 'timestamp-ms': 1, 'metadata-file': 'b' },
      ],
    },
    'Expected sorted previous metadata log entries.',
  ],
  [
    { 'metadata-log': [{ 'timestamp-ms': 2e12, 'metadata-file': 'a' }] },
    'Invalid update timestamp 1700000001000: before the latest metadata log entry timestamp 2000000000000',
  ],
  [
    { 'encryption-keys': [{ 'key-id': 'k', 'encrypted-key-metadata': '?' }] },
    'Invalid table metadata.encryption-keys[0].encrypted-key-metadata: not base64',
  ],
  [
    { statistics: [{ 'snapshot-id': 1 }] },
    'Invalid table metadata.statistics[0]: missing field statistics-path',
  ],
]

test.each(BROKEN)('table metadata with %j is refused', (change, message) => {
  expect(refusal(() => decodeTableMetadata({ ...V2, ...change }))).toBe(`bad-request: ${message}`)
})

test('table metadata of format 1 has no sequence numbers, and format 3 must have a next row id', () => {
  const v1 = encodeTableMetadata(commit(newTable({ version: 1 }), ...append(7, 0)))
  const numbered = (v1['snapshots'] as readonly JsonObject[]).map((it) => ({ ...it, 'sequence-number': 1 }))
  expect(refusal(() => decodeTableMetadata({ ...v1, snapshots: numbered }))).toContain(
    'sequence number 1 greater than',
  )
  const { 'next-row-id': _, ...v3 } = encodeTableMetadata(newTable({ version: 3 }))
  expect(refusal(() => decodeTableMetadata(v3))).toBe(
    'bad-request: Invalid table metadata: missing field next-row-id',
  )
})

const at = (time: number): JsonObject => ({ 'snapshot-log': [{ 'timestamp-ms': time, 'snapshot-id': 7 }] })

test('the time of a metadata log entry may be up to a minute before the time of the previous entry', () => {
  const updated = V2['last-updated-ms'] as number
  expect(decodeTableMetadata({ ...V2, ...at(updated + 60_000) })).toBeDefined()
  expect(refusal(() => decodeTableMetadata({ ...V2, ...at(updated + 60_001) }))).toContain(
    'Invalid update timestamp',
  )
})
