import type { Json } from '@headgate/json'
import { describe, expect, it } from 'vitest'
import {
  bindExpression,
  bindPartitionFields,
  encodeExpression,
  encodeValue,
  residualFor,
} from '../../src/expression/index.ts'
import { bucketOf } from '../../src/expression/transform.ts'
import { decodeLiteral } from '../../src/expression/literal.ts'
import { decodeSchema, parsePrimitive } from '../../src/metadata/index.ts'
import type { PartitionValue } from '../../src/manifest/index.ts'

const schema = decodeSchema({
  type: 'struct',
  'schema-id': 0,
  fields: [
    { id: 1, name: 'id', required: true, type: 'long' },
    { id: 2, name: 'ts', required: false, type: 'timestamp' },
    { id: 3, name: 'name', required: false, type: 'string' },
    {
      id: 4,
      name: 'tags',
      required: false,
      type: { type: 'list', 'element-id': 5, element: 'string', 'element-required': false },
    },
  ],
})

/** Returns the residual filter of a scan for a partition with one partition field. */
function residual(filter: Json, source: number, transform: string, value: PartitionValue): Json {
  const spec = { 'spec-id': 0, fields: [{ name: 'p', 'source-id': source, 'field-id': 1000, transform }] }
  const fields = bindPartitionFields(spec, [schema])
  const bound = bindExpression(schema, filter, { caseSensitive: true })
  return encodeExpression(residualFor({ fields, filter: bound }, { fieldIds: [1000], values: [value] }))
}

describe('residualFor', () => {
  const day = { type: 'gt-eq', term: 'ts', value: '2024-01-02T00:00:00' }
  it.each([
    [day, 'day', 19_724, true],
    [day, 'day', 19_723, false],
    [{ ...day, value: '2024-01-01T12:00:00' }, 'day', 19_723, { ...day, value: '2024-01-01T12:00:00' }],
    [{ type: 'lt', term: 'ts', value: '2024-02-01T00:00:00' }, 'month', 648, true],
    [{ type: 'is-null', term: 'ts' }, 'year', null, true],
    // Earlier versions of Iceberg for Java rounded times before 1970 to the next day.
    [
      { type: 'gt-eq', term: 'ts', value: '1970-01-01T00:00:00' },
      'day',
      0,
      { type: 'gt-eq', term: 'ts', value: '1970-01-01T00:00:00' },
    ],
  ])('residualFor reduces %j in a partition by %s of %s', (filter, transform, value, expected) => {
    expect(residual(filter, 2, transform, value)).toEqual(expected)
  })

  it('residualFor keeps a prefix that is longer than the truncated partition value', () => {
    const filter = { type: 'starts-with', term: 'name', value: 'abc' }
    expect(residual(filter, 3, 'truncate[2]', 'ab')).toEqual(filter)
    expect(residual(filter, 3, 'truncate[2]', 'ac')).toBe(false)
    expect(residual({ ...filter, value: 'a' }, 3, 'truncate[2]', 'ab')).toBe(true)
    // A partition value that is shorter than the width of the transform is not truncated, so it is the value of all
    // rows.
    expect(residual({ type: 'eq', term: 'name', value: 'a' }, 3, 'truncate[2]', 'a')).toBe(true)
  })

  it('residualFor applies negations to the predicates', () => {
    const filter = {
      type: 'not',
      child: {
        type: 'or',
        left: { type: 'eq', term: 'id', value: 1 },
        right: { type: 'is-null', term: 'name' },
      },
    }
    expect(residual(filter, 1, 'void', null)).toEqual({
      type: 'and',
      left: { type: 'not-eq', term: 'id', value: 1 },
      right: { type: 'not-null', term: 'name' },
    })
  })

  it('residualFor keeps predicates with functions, and accepts both forms of operands', () => {
    const call = { type: 'eq', left: { type: 'apply', function: 'f', arguments: [] }, right: 5 }
    expect(residual(call, 1, 'identity', 1)).toEqual(call)
    const reference = { type: 'reference', name: 'id' }
    expect(residual({ type: 'lt', left: 5, right: reference }, 1, 'identity', 6)).toBe(true)
    expect(
      residual({ type: 'lt', left: reference, right: { type: 'literal', value: 5 } }, 1, 'identity', 6),
    ).toBe(false)
  })
})

describe('bindExpression', () => {
  it.each([
    [{ type: 'eq', term: 'tags.element', value: 'x' }, 'inside of a list'],
    [{ type: 'eq', term: 'tags', value: 'x' }, 'cannot be compared'],
    [{ type: 'eq', term: 'ID', value: 1 }, 'cannot find column'],
    [{ type: 'eq', term: 'id' }, 'not a value of type long'],
    [{ type: 'eq', term: 'ts', value: '2024-01-01T00:00:00+00:00' }, 'not a value of type timestamp'],
    [{ type: 'constructor' }, 'unknown expression'],
    [null, 'expected an object'],
  ])('bindExpression refuses %j', (filter, message) => {
    expect(() => bindExpression(schema, filter as Json, { caseSensitive: true })).toThrow(message)
  })
})

describe('Values', () => {
  it.each([
    ['timestamptz', '2007-12-03T10:15:30.123456+00:00', 1_196_676_930_123_456],
    ['timestamptz', '2007-12-03T11:15:30.123456+01:00', 1_196_676_930_123_456],
    ['timestamp_ns', '1969-12-31T23:59:59.999999999', -1],
    ['date', '1969-12-31', -1],
    ['time', '22:31:08.123456', 81_068_123_456],
    ['decimal(9, 2)', '-14.20', -1_420],
    ['long', 2n ** 62n, 2n ** 62n],
  ])('a literal of type %s, %s, is decoded', (type, json, value) => {
    const primitive = parsePrimitive(type)
    expect(decodeLiteral(primitive, json)).toBe(value)
    if (!String(json).includes('+01:00')) expect(encodeValue(primitive, value)).toBe(json)
  })

  // The expected hashes are the examples in appendix B of the Iceberg table specification.
  it.each([
    ['int', 34, 2_017_239_379],
    ['decimal(9, 2)', 1_420, -500_754_589],
    ['date', 17_486, -653_330_422],
    ['time', 81_068_000_000, -662_762_989],
    ['timestamp', 1_510_871_468_000_000, -2_047_944_441],
    ['string', 'iceberg', 1_210_000_089],
    ['uuid', Buffer.from('f79c3e09677c4bbda4793f349cb785e7', 'hex'), 1_488_055_340],
    ['binary', Buffer.from([0, 1, 2, 3]), -188_683_207],
  ])('the bucket of a value of type %s has the hash of the specification', (type, value, hash) => {
    expect(bucketOf(parsePrimitive(type), value, 2 ** 31 - 1)).toBe((hash & 0x7fffffff) % (2 ** 31 - 1))
  })
})
