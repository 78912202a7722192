import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { outcome } from '../../test/view/views.ts'
import { checkNamespace } from './names.ts'
import { decodeNameParam, decodeNamespaceParam, encodeNamespaceParam } from './namespace-param.ts'

const refused = (message: RegExp): object =>
  expect.objectContaining({ code: 'bad-request', message: expect.stringMatching(message) })

describe('namespaces', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['accounting', [], ['accounting']],
    ['accounting%1Ftax', [], ['accounting', 'tax']],
    ['accounting%1ftax', [], ['accounting', 'tax']],
    ['a%2Fb%1F%E2%82%AC', [], ['a/b', '€']],
    ['a+b%1Fc%20d%1Fe%2Bf', [], ['a b', 'c d', 'e+f']],
    ['a.b', [], ['a.b']],
    ['a.b', ['.'], ['a', 'b']],
    ['a%2Eb', ['.'], ['a', 'b']],
    ['a.b%1Fc', ['.'], ['a.b', 'c']],
    ['a::b.c', ['::', '.'], ['a', 'b', 'c']],
  ])('the encoded namespace %s with the separators %j is decoded as %j', (raw, separators, namespace) => {
    expect(decodeNamespaceParam(raw, separators)).toEqual(namespace)
  })

  test.each<[string, RegExp]>([
    ['', /must not be empty/],
    ['%1F', /must not be empty/],
    ['a%1F', /must not be empty/],
    ['a%1F%1Fb', /must not be empty/],
    ['a%1F..', /reserved/],
    ['%2e%2e', /reserved/],
    ['a%0Ab', /control character/],
    ['%', /broken percent-encoding/],
    ['a%2', /broken percent-encoding/],
    ['a%zz', /broken percent-encoding/],
    ['%FF', /broken percent-encoding/],
    ['%C0%AF', /broken percent-encoding/],
    ['%ED%A0%80', /broken percent-encoding/],
  ])('decodeNamespaceParam refuses %s', (raw, message) => {
    expect(() => decodeNamespaceParam(raw)).toThrow(refused(message))
  })

  test('an encoded namespace is decoded as the same namespace, with each separator', () => {
    const namespace = fc
      .array(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 1, maxLength: 4 })
      .filter((levels) => outcome(() => checkNamespace(levels)) !== 'refused')
    fc.assert(
      fc.property(namespace, (namespace) => {
        expect(decodeNamespaceParam(encodeNamespaceParam(namespace))).toEqual(namespace)
        const dotless = namespace.map((level) => level.replaceAll('.', '_'))
        expect(decodeNamespaceParam(encodeNamespaceParam(dotless, '%2E'), ['.'])).toEqual(dotless)
      }),
    )
  })

  test('decodeNamespaceParam returns a value or throws a HeadgateError for any text', () => {
    const raw = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('%', '1', 'F', 'a', '.') }),
    )
    fc.assert(
      fc.property(raw, (raw) => {
        const result = outcome(() => decodeNamespaceParam(raw, ['.']))
        if (result !== 'refused') expect(checkNamespace(result.accepted)).toEqual(result.accepted)
      }),
      { numRuns: 1_000 },
    )
  })
})

test('decodeNameParam decodes and checks a name, and its message contains the kind of the name', () => {
  expect(decodeNameParam('my%2Ftable+1', 'table name')).toBe('my/table 1')
  expect(() => decodeNameParam('%2E%2E', 'table name')).toThrow(
    refused(/^Invalid table name: ".." is reserved$/),
  )
  expect(() => decodeNameParam('a%1Fb', 'view name')).toThrow(refused(/^Invalid view name:/))
  expect(() => decodeNameParam('%E0%A4', 'view name')).toThrow(refused(/^Invalid view name: broken/))
})
