import { describe, expect, it } from 'vitest'
import { canContainSelected, isSelected, parsePattern, type Selection } from './namespace-pattern.ts'

const selection = (include: readonly string[], exclude: readonly string[] = []): Selection => ({
  include: include.map(parsePattern),
  exclude: exclude.map(parsePattern),
})

describe('a selection of namespaces', () => {
  it('contains all namespaces when it has no pattern', () => {
    expect(isSelected(selection([]), ['a'])).toBe(true)
    expect(canContainSelected(selection([]), ['a', 'b'])).toBe(true)
  })

  it('contains the namespaces that a pattern matches, and everything in them', () => {
    const sales = selection(['sales'])
    expect(isSelected(sales, ['sales'])).toBe(true)
    expect(isSelected(sales, ['sales', 'eu', 'x'])).toBe(true)
    expect(isSelected(sales, ['sales2'])).toBe(false)
    expect(canContainSelected(sales, ['other'])).toBe(false)
  })

  it('can contain a selected namespace in the parent of a pattern, which is not selected itself', () => {
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
  ])('with the pattern %s contains the namespace %s: %s', (pattern, name, expected) => {
    expect(isSelected(selection([pattern]), [name])).toBe(expected)
  })

  it('contains neither excluded namespaces nor the namespaces in them', () => {
    const without = selection(['sales'], ['sales.tmp_*'])
    expect(isSelected(without, ['sales', 'tmp_1'])).toBe(false)
    expect(canContainSelected(without, ['sales', 'tmp_1'])).toBe(false)
    expect(isSelected(without, ['sales', 'eu'])).toBe(true)
    expect(canContainSelected(without, ['sales'])).toBe(true)
  })
})

it('refuses a pattern with a warehouse or an empty level', () => {
  expect(() => parsePattern('lake/sales')).toThrow('contains a warehouse')
  expect(() => parsePattern('sales..eu')).toThrow('a level is empty')
})
