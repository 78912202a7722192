import { describe, expect, it } from 'vitest'
import { sameLocation } from './same-location.ts'
import { sameSet, sameValue } from './same-value.ts'

describe('sameValue', () => {
  it('sameValue ignores the order of members and undefined members when it compares JSON values', () => {
    expect(sameValue({ a: [1, { b: null }], c: undefined }, { a: [1, { b: null }] })).toBe(true)
    expect(sameValue({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true)
  })

  it.each([
    [{ a: 1 }, { a: '1' }],
    [{ a: 1 }, { b: 1 }],
    [{ a: null }, {}],
    [
      [1, 2],
      [2, 1],
    ],
    [[1], [1, 2]],
    [[], {}],
    [null, {}],
  ])('distinguishes %j and %j', (one, other) => {
    expect(sameValue(one, other)).toBe(false)
    expect(sameValue(other, one)).toBe(false)
  })
})

describe('sameSet', () => {
  it('sameSet ignores the order and repetitions of items when it compares lists', () => {
    expect(sameSet(['a', 'b'], ['b', 'a', 'a'])).toBe(true)
    expect(sameSet(['a'], ['a', 'b'])).toBe(false)
  })
})

describe('sameLocation', () => {
  it('sameLocation ignores slashes at the end, except those of the scheme, and treats s3a as s3', () => {
    expect(sameLocation('s3://b/a/', 's3://b/a')).toBe(true)
    expect(sameLocation('s3a://b/a', 's3://b/a/')).toBe(true)
    expect(sameLocation('s3://b/a', 's3://b/ab')).toBe(false)
    expect(sameLocation('file:///', 'file://')).toBe(false)
  })
})
