import { describe, expect, it } from 'vitest'
import { JsonError, parse, stringify, type Json } from './index.ts'

const nested = (depth: number): Json => {
  let value: Json = 1n
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value }
  return value
}

describe('stringify', () => {
  it('stringify writes bigints in arrays, objects and at the top as decimal digits', () => {
    expect(stringify(-9223372036854775808n)).toBe('-9223372036854775808')
    expect(stringify({ a: [1n, { b: 9007199254740993n }], c: 'x', d: [null, true, 0.5] })).toBe(
      '{"a":[1,{"b":9007199254740993}],"c":"x","d":[null,true,0.5]}',
    )
  })

  it('stringify does not alter strings that look like numbers or JSON', () => {
    const strings = [
      '9007199254740993',
      '"9007199254740993"',
      '{"rawJSON":"1"}',
      '\u0000\u2028',
      '\\"',
      '\ud800',
    ]
    expect(parse(stringify([2n ** 60n, ...strings]))).toEqual([2n ** 60n, ...strings])
    expect(stringify({ rawJSON: '9007199254740993', id: 1n })).toBe('{"rawJSON":"9007199254740993","id":1}')
  })

  it('stringify writes lone surrogates as escapes, so that the text is valid UTF-8', () => {
    expect(stringify(['\ud800', 1n]).isWellFormed()).toBe(true)
  })

  it('stringify omits undefined members and keeps the order of all other members', () => {
    expect(stringify({ b: undefined, z: 1n, a: 2 })).toBe('{"z":1,"a":2}')
    expect(stringify({ b: undefined, z: 1, a: 2 })).toBe('{"z":1,"a":2}')
  })

  it('stringify writes own members with the name __proto__', () => {
    const text = '{"__proto__":9007199254740993,"a":{"__proto__":{"b":9007199254740995}}}'
    expect(stringify(parse(text))).toBe(text)
  })

  it('stringify does not change the value, and writes frozen values', () => {
    const value = Object.freeze({ ids: Object.freeze([9007199254740993n]) })
    expect(stringify(value)).toBe('{"ids":[9007199254740993]}')
    expect(value.ids[0]).toBe(9007199254740993n)
  })

  it('stringify writes bigints as digits even if BigInt.prototype has a function toJSON', () => {
    const prototype = BigInt.prototype as unknown as { toJSON?: () => string }
    prototype.toJSON = () => 'text'
    try {
      expect(stringify([1n])).toBe('[1]')
    } finally {
      delete prototype.toJSON
    }
  })

  it.each([
    ['NaN', Number.NaN],
    ['infinity', [Number.POSITIVE_INFINITY]],
    ['infinity in a member', { a: { b: Number.NEGATIVE_INFINITY } }],
    ['undefined', undefined],
    ['undefined in an array', [undefined]],
    ['a hole in an array', Array(1)],
    ['a function', { a: () => 1 }],
    ['a symbol', Symbol('a')],
    ['a date', new Date(0)],
    ['a buffer', { a: Buffer.from('a') }],
  ])('refuses %s', (_, value) => {
    expect(() => stringify(value as Json)).toThrow(JsonError)
  })

  it('stringify writes 1000 levels, and refuses deeper values and values that contain themselves', () => {
    expect(stringify(nested(1000))).toHaveLength(500 * 2 + 500 * 6 + 1)
    const endless: Json[] = []
    endless.push([endless])
    for (const value of [nested(1001), nested(100_000), endless]) {
      expect(() => stringify(value)).toThrow(/^nested deeper than 1000 levels/)
    }
  })
})
