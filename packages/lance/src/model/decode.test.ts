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

test('integers of 64 bits are exact', () => {
  const text =
    '{"versions":[{"version":9223372036854775807,"manifest_path":"p","timestamp_millis":9007199254740993}]}'
  expect(decodeListTableVersionsResponse(parse(text))).toEqual({
    versions: [{ version: 9223372036854775807n, manifest_path: 'p', timestamp_millis: 9007199254740993n }],
  })
})

test('a null is the same as nothing, but where it has a meaning', () => {
  expect(decodeDescribeTableResponse({ location: null, storage_options: null, properties: null })).toEqual({
    properties: null,
  })
})

test('members that nobody knows are kept', () => {
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
])('%s is refused with its place', (text, message) => {
  expect(() => decodeDescribeTableResponse(parse(text))).toThrow(
    expect.objectContaining({ name: 'WireError', message }),
  )
})

test('a required member must be there, and null only where that is said', () => {
  expect(() => decodeGetTableStatsResponse({ total_bytes: null })).toThrow(
    'total_bytes: expected a 64-bit integer',
  )
  expect(decodeQueryTableRequest({ vector: null, k: 1 })).toEqual({ vector: null, k: 1 })
  expect(() => decodeQueryTableRequest({ k: 1 })).toThrow('missing vector')
})

test('values of a closed list, pairs and what contains itself are checked', () => {
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

test('a place is shown as far as it is readable, and never a value', () => {
  const key = 'k'.repeat(500)
  const error = (() => {
    try {
      decodeDescribeTableResponse({ storage_options: { [key]: { secret: 'geheim' } } })
    } catch (thrown) {
      return thrown as WireError
    }
    return undefined
  })()
  expect(error?.message.length).toBeLessThan(260)
  expect(String(error)).not.toContain('geheim')
})

test('whatever it is given, a reader reads it or says where it is wrong', () => {
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
