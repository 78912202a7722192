import { parse, stringify, type Json } from '@headgate/json'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeViewMetadata, encodeViewMetadata } from './decode-view-metadata.ts'
import { exampleView } from '../../test/view/example-view.ts'
import { anyJson, damaged, outcome } from '../../test/view/views.ts'

// The first example of appendix A of the Iceberg view specification, with additional unknown members.
const DOCUMENT = `{
  "view-uuid": "fa6506c3-7681-40c8-86dc-e36561f83385",
  "format-version": 1,
  "location": "s3://bucket/warehouse/default.db/event_agg",
  "current-version-id": 1,
  "properties": { "comment": "Daily event counts" },
  "versions": [{
    "version-id": 1,
    "timestamp-ms": 1573518431292,
    "schema-id": 1,
    "default-catalog": "prod",
    "default-namespace": ["default"],
    "summary": { "engine-name": "Spark", "engine-version": "3.3.2" },
    "representations": [
      { "type": "sql", "sql": "SELECT 1", "dialect": "spark", "x-hint": 9007199254740993 },
      { "type": "x-plan", "plan": "AAEC" }
    ]
  }],
  "schemas": [{
    "schema-id": 1,
    "type": "struct",
    "fields": [
      { "id": 1, "name": "event_count", "required": false, "type": "int", "doc": "Count of events" },
      { "id": 2, "name": "event_date", "required": false, "type": "date" }
    ]
  }],
  "version-log": [{ "timestamp-ms": 1573518431292, "version-id": 1, "x-by": "me" }],
  "x-future": { "row": 9223372036854775807 }
}`

const document = parse(DOCUMENT) as Record<string, Json>
const [version = {}] = document['versions'] as readonly Record<string, Json>[]

const refused = (message: RegExp): object =>
  expect.objectContaining({ code: 'bad-request', message: expect.stringMatching(message) })

test('a view document is decoded and encoded with unknown members and exact integers', () => {
  const again = encodeViewMetadata(decodeViewMetadata(document))
  expect(again).toEqual(document)
  expect(stringify(again)).toContain('"x-future":{"row":9223372036854775807}')
})

test('missing properties and a null catalog of a view document are decoded as empty', () => {
  const { properties: _, ...rest } = document
  expect(decodeViewMetadata(rest).properties).toEqual({})
  const unset = { ...document, versions: [{ ...version, 'default-catalog': null }] }
  expect(decodeViewMetadata(unset).versions[0]).not.toHaveProperty('default-catalog')
})

describe('decodeViewMetadata refuses inconsistent documents', () => {
  test.each<[string, Json, RegExp]>([
    ['not an object', [], /^Invalid view metadata: expected an object, found an array$/],
    ['no uuid', { ...document, 'view-uuid': null }, /view-uuid: expected a string, found null/],
    [
      'a uuid that is none',
      { ...document, 'view-uuid': 'x' },
      /^Invalid view metadata\.view-uuid: not a UUID: x$/,
    ],
    ['a later format', { ...document, 'format-version': 2 }, /^Unsupported format version: 2$/],
    ['an empty location', { ...document, location: '' }, /location: must not be empty/],
    ['a number as property', { ...document, properties: { a: 1 } }, /properties\["a"\]: expected a string/],
    ['versions as object', { ...document, versions: {} }, /versions: expected an array, found an object/],
    ['a version too many', { ...document, versions: [version, version] }, /id 1 occurs twice in versions/],
    ['an unknown current version', { ...document, 'current-version-id': 3 }, /current version 3/],
    [
      'an unknown current schema',
      { ...document, versions: [{ ...version, 'schema-id': 9 }] },
      /schema 9 is not in schemas/,
    ],
    [
      'a time that is no integer',
      { ...document, versions: [{ ...version, 'timestamp-ms': 1.5 }] },
      /versions\[0\]\.timestamp-ms: expected a 64-bit integer/,
    ],
    [
      'SQL without a dialect',
      { ...document, versions: [{ ...version, representations: [{ type: 'SQL', sql: '' }] }] },
      /versions\[0\]\.representations\[0\]: missing field dialect/,
    ],
    ['an id beyond 32 bits', { ...document, 'current-version-id': 2 ** 31 }, /32-bit integer/],
    ['text that is not Unicode', { ...document, location: 's3://\ud800' }, /location: not well-formed/],
  ])('with %s', (_, value, message) => {
    expect(() => decodeViewMetadata(value)).toThrow(refused(message))
  })

  test('without a log', () => {
    const { 'version-log': _, ...rest } = document
    expect(() => decodeViewMetadata(rest)).toThrow(refused(/missing field version-log/))
  })
})

test('decodeViewMetadata returns a value or throws a HeadgateError for any JSON value', () => {
  const value = fc.oneof(anyJson, damaged(document), damaged(encodeViewMetadata(exampleView())))
  fc.assert(
    fc.property(value, (value) => {
      const result = outcome(() => decodeViewMetadata(value))
      if (result === 'refused') return
      expect(decodeViewMetadata(encodeViewMetadata(result.accepted))).toEqual(result.accepted)
    }),
    { numRuns: 1_000 },
  )
})
