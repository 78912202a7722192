import { describe, expect, it } from 'vitest'
import { canContainSelected, isSelected, parsePattern, type Selection } from './namespace-pattern.ts'

const selection = (include: readonly string[], exclude: readonly string[] = []): Selection => ({
  include: include.map(parsePattern),
  exclude: exclude.map(parsePattern),
})

describe('a selection of namespaces', () => {
  it('a selection of namespaces without a pattern contains all namespaces', () => {
    expect(isSelected(selection([]), ['a'])).toBe(true)
    expect(canContainSelected(selection([]), ['a', 'b'])).toBe(true)
  })

  it('a selection of namespaces contains the namespaces that a pattern matches, and everything in them', () => {
    const sales = selection(['sales'])
    expect(isSelected(sales, ['sales'])).toBe(true)
    expect(isSelected(sales, ['sales', 'eu', 'x'])).toBe(true)
    expect(isSelected(sales, ['sales2'])).toBe(false)
    expect(canContainSelected(sales, ['other'])).toBe(false)
  })

  it('a selection of namespaces can contain a selected namespace in the parent of a pattern, although the parent is not selected', () => {
    const below = selection(['sales.*'])
    expect(isSelected(below, ['sales'])).toBe(false)
    expect(canContainSelected(below, ['sales'])).toBe(true)
    expect(isSelected(below, ['sales', 'eu'])).toBe(true)
    expect(canContainSelected(below, ['other'])).toBe(false)
  })

  it.each([
    ['*_raw', 'eu_raw', true],
    ['*_raw', 'eu_raw_2', false],
    ['a*b*c', 'a1b2c', true],
    ['a*b*c', 'acb', false],
    ['a*a', 'a', false],
    ['*', '', true],
    ['"x.*"', 'x.y', true],
    ['a.b', 'a.b', false],
  ])(
    'a selection of namespaces with the pattern %s contains the namespace %s: %s',
    (pattern, name, expected) => {
      expect(isSelected(selection([pattern]), [name])).toBe(expected)
    },
  )

  it('a selection of namespaces contains neither excluded namespaces nor the namespaces in them', () => {
    const without = selection(['sales'], ['sales.tmp_*'])
    expect(isSelected(without, ['sales', 'tmp_1'])).toBe(false)
    expect(canContainSelected(without, ['sales', 'tmp_1'])).toBe(false)
    expect(isSelected(without, ['sales', 'eu'])).toBe(true)
    expect(canContainSelected(without, ['sales'])).toBe(true)
  })
})

it('a selection of namespaces refuses a pattern with a warehouse or an empty level', () => {
  expect(() => parsePattern('lake/sales')).toThrow('contains a warehouse')
  expect(() => parsePattern('sales..eu')).toThrow('a level is empty')
})
