import { describe, expect, it } from 'vitest'
import { addInt64, compareInt64, isInt64, JsonError, toInt64 } from './index.ts'

const MAX = 2n ** 63n - 1n
const MIN = -(2n ** 63n)

describe('an Int64', () => {
  it('a 64-bit integer has exactly one form for each value, so that === compares values', () => {
    expect(toInt64('9007199254740991')).toBe(9007199254740991)
    expect(toInt64(9007199254740991n)).toBe(9007199254740991)
    expect(toInt64('9007199254740992')).toBe(9007199254740992n)
    expect(toInt64(MIN.toString())).toBe(MIN)
    expect(toInt64(-0)).toBe(0)
  })

  it('toInt64 refuses text other than decimal digits within 64 bits', () => {
    const tooLong = [`${MAX + 1n}`, `${MIN - 1n}`, '9'.repeat(100_000)]
    for (const text of ['', ' 1', '1 ', '+1', '01', '-0', '1.0', '1e3', '0x10', '1n', '٣', ...tooLong]) {
      expect(() => toInt64(text)).toThrow(JsonError)
    }
  })

  it('toInt64 refuses fractions and numbers that have lost digits', () => {
    for (const value of [
      0.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      2 ** 53,
      -(2 ** 53),
      MAX + 1n,
      MIN - 1n,
    ]) {
      expect(() => toInt64(value)).toThrow(JsonError)
    }
  })

  it('isInt64 returns true only for the canonical form', () => {
    for (const value of [0, -1, 2 ** 53 - 1, 2n ** 53n, MAX, MIN]) expect(isInt64(value)).toBe(true)
    for (const value of [0.5, 2 ** 53, 1n, 2n ** 53n - 1n, MAX + 1n, MIN - 1n, '1', null, undefined, {}]) {
      expect(isInt64(value)).toBe(false)
    }
  })

  it('addInt64 returns exact sums, also when the sum enters or leaves the range of safe integers', () => {
    expect(addInt64(9007199254740991, 2)).toBe(9007199254740993n)
    expect(addInt64(9007199254740993n, -2)).toBe(9007199254740991)
    expect(addInt64(MAX, MIN)).toBe(-1)
  })

  it('addInt64 refuses sums outside 64 bits instead of wrapping around', () => {
    expect(() => addInt64(MAX, 1)).toThrow('integer does not fit in 64 bits')
    expect(() => addInt64(MIN, -1)).toThrow(JsonError)
  })

  it('compareInt64 sorts lists of numbers and bigints by value', () => {
    const sorted = [MIN, -1, 0, 9007199254740991, 9007199254740992n, 9007199254740993n, MAX]
    expect(sorted.toReversed().toSorted(compareInt64)).toEqual(sorted)
    expect(compareInt64(5, 5)).toBe(0)
  })
})
