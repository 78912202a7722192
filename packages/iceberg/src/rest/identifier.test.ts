import type { Json } from '@headgate/json'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyJson, damaged, outcome } from '../../test/view/views.ts'
import { decodeTableIdentifier, formatIdentifier, formatNamespace, sameIdentifier } from './identifier.ts'

test('error messages show namespaces and tables with dots', () => {
  expect(formatNamespace(['accounting', 'tax'])).toBe('accounting.tax')
  expect(formatIdentifier({ namespace: ['ns'], name: 'tbl' })).toBe('ns.tbl')
})

test('table identifiers are compared level by level', () => {
  const paid = { namespace: ['accounting', 'tax'], name: 'paid' }
  expect(sameIdentifier(paid, { namespace: ['accounting', 'tax'], name: 'paid' })).toBe(true)
  expect(sameIdentifier(paid, { namespace: ['accounting.tax'], name: 'paid' })).toBe(false)
  expect(sameIdentifier(paid, { namespace: ['accounting'], name: 'paid' })).toBe(false)
  expect(sameIdentifier(paid, { namespace: ['accounting', 'tax'], name: 'Paid' })).toBe(false)
})

test('a table identifier with unknown members is decoded', () => {
  expect(decodeTableIdentifier({ namespace: ['a', 'b'], name: 'c', extra: 1 }, 'source')).toEqual({
    namespace: ['a', 'b'],
    name: 'c',
  })
})

test.each<[Json, string]>([
  ['a.b', 'Invalid source: expected an object, found a string'],
  [{ name: 'a' }, 'Invalid source: missing field namespace'],
  [{ namespace: 'a', name: 'b' }, 'Invalid source.namespace: expected an array, found a string'],
  [{ namespace: ['a', 1], name: 'b' }, 'Invalid source.namespace[1]: expected a string, found a number'],
  [{ namespace: ['a'], name: null }, 'Invalid source.name: expected a string, found null'],
  [{ namespace: ['a'], name: '' }, 'Invalid source.name: must not be empty'],
  [{ namespace: [], name: 'b' }, 'Invalid source.namespace: must have at least one level'],
])('decodeTableIdentifier refuses %j', (value, message) => {
  expect(() => decodeTableIdentifier(value, 'source')).toThrow(
    expect.objectContaining({ code: 'bad-request', message }),
  )
})

test('decodeTableIdentifier returns a value or throws a HeadgateError for any JSON value', () => {
  fc.assert(
    fc.property(fc.oneof(anyJson, damaged({ namespace: ['a', 'b'], name: 'c' })), (value) => {
      const result = outcome(() => decodeTableIdentifier(value, 'source'))
      if (result !== 'refused') expect(result.accepted.name).not.toBe('')
    }),
    { numRuns: 500 },
  )
})
