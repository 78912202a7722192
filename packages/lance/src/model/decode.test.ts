import { parse } from '@headgate/json'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as model from './index.ts'
import {
  decodeCreateMaterializedViewRequest,
  decodeDescribeTableResponse,
  decodeGetTableStatsResponse,
  decodeListTableVersionsResponse,
  decodeQueryTableRequest,
  decodeUpdateTableRequest,
  type WireError,
} from './index.ts'

test('decoders keep integers of 64 bits exact', () => {
  const text =
    '{"versions":[{"version":9223372036854775807,"manifest_path":"p","timestamp_millis":9007199254740993}]}'
  expect(decodeListTableVersionsResponse(parse(text))).toEqual({
    versions: [{ version: 9223372036854775807n, manifest_path: 'p', timestamp_millis: 9007199254740993n }],
  })
})

test('decoders treat null as a missing member unless the specification allows null', () => {
  expect(decodeDescribeTableResponse({ location: null, storage_options: null, properties: null })).toEqual({
    properties: null,
  })
})

test('decoders keep unknown members', () => {
  const newer = { location: 'l', of_a_newer_version: { a: [1] }, ['__proto__']: 1 }
  expect(decodeDescribeTableResponse(newer)).toEqual(newer)
})

test.each([
  ['{"version":"1"}', 'version: expected a 64-bit integer, found a string'],
  ['{"version":1.5}', 'version: expected a 64-bit integer, found a number'],
  ['{"namespace":["a",1]}', 'namespace[1]: expected a string, found a number'],
  ['{"storage_options":{"a b":7}}', 'storage_options["a b"]: expected a string, found a number'],
  ['{"schema":{"fields":[{"name":"a","nullable":true}]}}', 'schema.fields[0]: missing type'],
  ['[]', 'expected an object, found an array'],
  ['null', 'expected an object, found null'],
])('decoders refuse %s with the path of the wrong value', (text, message) => {
  expect(() => decodeDescribeTableResponse(parse(text))).toThrow(
    expect.objectContaining({ name: 'WireError', message }),
  )
})

test('decoders refuse a missing required member, and null if the specification does not allow it', () => {
  expect(() => decodeGetTableStatsResponse({ total_bytes: null })).toThrow(
    'total_bytes: expected a 64-bit integer',
  )
  expect(decodeQueryTableRequest({ vector: null, k: 1 })).toEqual({ vector: null, k: 1 })
  expect(() => decodeQueryTableRequest({ k: 1 })).toThrow('missing vector')
})

test('decoders check enumerations, pairs and recursive schemas', () => {
  const view = { kind: 'table', source_query: '', output_schema: '' }
  expect(() => decodeCreateMaterializedViewRequest(view)).toThrow(
    'kind: expected one of query, udtf, chunker',
  )
  expect(decodeUpdateTableRequest({ updates: [['a', '1']] }).updates).toEqual([['a', '1']])
  expect(() => decodeUpdateTableRequest({ updates: [['a']] })).toThrow('updates[0]: expected two strings')
  const deep = { boost: { positive: { match: { terms: 'a' } }, negative: { boolean: { must: 1 } } } }
  const query = { vector: null, k: 1, full_text_query: { structured_query: { query: deep } } }
  expect(() => decodeQueryTableRequest(query)).toThrow(
    'full_text_query.structured_query.query.boost.negative.boolean.must: expected an array, found a number',
  )
})

test('a decode error contains the shortened path of the wrong member, and not its value', () => {
  const key = 'k'.repeat(500)
  const error = (() => {
    try {
      decodeDescribeTableResponse({ storage_options: { [key]: { secret: 'hunter2' } } })
    } catch (thrown) {
      return thrown as WireError
    }
    return undefined
  })()
  expect(error?.message.length).toBeLessThan(260)
  expect(String(error)).not.toContain('hunter2')
})

test('decoders return a value or throw a WireError for any input', () => {
  const decoders = Object.entries(model).filter(([name]) => name.startsWith('decode'))
  const keys = [
    'id',
    'version',
    'versions',
    'fields',
    'type',
    'query',
    'match',
    'updates',
    'tags',
    '__proto__',
  ]
  const { any } = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<unknown>(null, '', 'a', true, 0, 1.5, 2n ** 63n, 9_007_199_254_740_993n),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys), tie('any'), { maxKeys: 4 }),
    ),
  }))
  fc.assert(
    fc.property(fc.constantFrom(...decoders), any, ([name, decode], value) => {
      try {
        ;(decode as model.Decoder<unknown>)(value as never)
      } catch (error) {
        expect(error, name).toBeInstanceOf(model.WireError)
      }
    }),
    { numRuns: 2_000 },
  )
})
