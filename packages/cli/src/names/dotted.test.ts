import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatLevels, parseDotted } from './dotted.ts'

describe('names with dots', () => {
  it.each([
    ['sales', { warehouse: null, levels: ['sales'] }],
    ['sales.eu.orders', { warehouse: null, levels: ['sales', 'eu', 'orders'] }],
    ['lake.house/sales.orders', { warehouse: 'lake.house', levels: ['sales', 'orders'] }],
    ['sales."2026.01"', { warehouse: null, levels: ['sales', '2026.01'] }],
    ['sales."a/b"', { warehouse: null, levels: ['sales', 'a/b'] }],
    ['w/"say ""hi"""."."', { warehouse: 'w', levels: ['say "hi"', '.'] }],
    ['größe.数据', { warehouse: null, levels: ['größe', '数据'] }],
  ])('parses %s', (text, name) => {
    expect(parseDotted(text)).toEqual(name)
  })

  it.each([
    '',
    '.',
    'a.',
    '.a',
    'a..b',
    '/a',
    'w/',
    'a/b/c',
    '"a',
    'a"b',
    '"a"b',
    '""',
    'a.""',
    '"w"/a',
    'w/a/b',
  ])('the parser of dotted names refuses %j with an error that shows valid names', (text) => {
    expect(() => parseDotted(text)).toThrow(
      expect.objectContaining({ exitCode: 2, next: expect.stringContaining('sales.orders') }),
    )
  })

  it('the parser of dotted names returns the levels that formatLevels has formatted', () => {
    const level = fc.oneof(fc.string({ minLength: 1 }), fc.stringMatching(/^[a"./' ]{1,6}$/))
    fc.assert(
      fc.property(fc.array(level, { minLength: 1, maxLength: 4 }), (levels) => {
        expect(parseDotted(formatLevels(levels))).toEqual({ warehouse: null, levels })
        expect(parseDotted(`w-1/${formatLevels(levels)}`)).toEqual({ warehouse: 'w-1', levels })
      }),
    )
  })
})
