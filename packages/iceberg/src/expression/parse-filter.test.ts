import { describe, expect, test } from 'vitest'
import { parseFilter } from './parse-filter.ts'

const notNull = (term: string) => ({ type: 'not-null', term })

describe('parseFilter', () => {
  test.each([
    [`region = "eu"`, { type: 'eq', term: 'region', value: 'eu' }],
    [`region = 'it''s'`, { type: 'eq', term: 'region', value: "it's" }],
    ['`a b` >= -1.5', { type: 'gt-eq', term: 'a b', value: -1.5 }],
    ['id = 9007199254740993', { type: 'eq', term: 'id', value: 9007199254740993n }],
    ['flag = TRUE', { type: 'eq', term: 'flag', value: true }],
    ['a.b IN (1, 2)', { type: 'in', term: 'a.b', values: [1, 2] }],
    [`name LIKE 'ab%'`, { type: 'starts-with', term: 'name', value: 'ab' }],
    ['a is not null', notNull('a')],
    ['not (a is not null)', { type: 'is-null', term: 'a' }],
    ['not a >= 1', { type: 'and', left: notNull('a'), right: { type: 'lt', term: 'a', value: 1 } }],
  ])('parseFilter parses %s', (text, expected) => {
    expect(parseFilter(text)).toEqual(expected)
  })

  test('parseFilter binds and stronger than or, and applies a negation to the predicates', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((term) => ({ type: 'eq', term, value: 1 }))
    expect(parseFilter('a = 1 or b = 1 and c = 1')).toEqual({
      type: 'or',
      left: a,
      right: { type: 'and', left: b, right: c },
    })
    const without = (term: string) => ({
      type: 'and',
      left: notNull(term),
      right: { type: 'not-eq', term, value: 1 },
    })
    expect(parseFilter('not (a = 1 or b = 1)')).toEqual({
      type: 'and',
      left: without('a'),
      right: without('b'),
    })
  })

  test('a negated comparison does not match null, as in SQL', () => {
    for (const text of [
      `a != 1`,
      'a <> 1',
      'not a = 1',
      'a not in (1)',
      `a not like 'x%'`,
      'a < 1',
      'a <= 1',
    ])
      expect(parseFilter(text)).toMatchObject({ type: 'and', left: notNull('a') })
  })

  test.each([
    '',
    'a',
    'a =',
    'a = b',
    'a = 1 b = 2',
    '(a = 1',
    'a = 1)',
    'a in ()',
    'a not = 1',
    `a like '%x'`,
    `a like 'x'`,
    'a == 1',
    `a = 'x`,
    'and = 1',
    'a = 1; drop table t',
    `${'('.repeat(60)}a = 1${')'.repeat(60)}`,
    `a = '${'x'.repeat(5_000)}'`,
  ])('parseFilter refuses %s', (text) => {
    expect(() => parseFilter(text)).toThrow('malformed')
  })
})
