import { describe, expect, it } from 'vitest'
import { JsonError, JsonLimitError, parse, parseBytes } from './index.ts'

const failure = (read: () => unknown): JsonError => {
  try {
    read()
  } catch (error) {
    if (error instanceof JsonError) return error
    throw error
  }
  throw new Error('The parser accepted the input.')
}

describe('parse of integers', () => {
  it('parse returns safe integers as numbers and larger ones as bigints', () => {
    expect(parse('[9007199254740991, 9007199254740992, 9007199254740993]')).toEqual([
      9007199254740991,
      9007199254740992n,
      9007199254740993n,
    ])
    expect(parse('[-9007199254740991, -9007199254740992]')).toEqual([-9007199254740991, -9007199254740992n])
    expect(parse('[1234567890123456, -1234567890123456]')).toEqual([1234567890123456, -1234567890123456])
  })

  it('parse keeps every digit of integers at and outside the limits of 64 bits', () => {
    expect(parse('9223372036854775807')).toBe(2n ** 63n - 1n)
    expect(parse('-9223372036854775808')).toBe(-(2n ** 63n))
    expect(parse('123456789012345678901234567890')).toBe(123456789012345678901234567890n)
    expect(parse('7'.repeat(4000))).toBe(BigInt('7'.repeat(4000)))
    expect(parse(`[1${'0'.repeat(400)}, 1${'0'.repeat(401)}]`)).toEqual([10n ** 400n, 10n ** 401n])
  })

  it('parse distinguishes integers and fractions that round to the same double', () => {
    expect(parse('[9007199254740992, 9007199254740993, 9007199254740992.0, 9007199254740993e0]')).toEqual([
      9007199254740992n,
      9007199254740993n,
      9007199254740992,
      9007199254740992,
    ])
    expect(parse('[9.007199254740992e15, 9007199254740993]')).toEqual([9007199254740992, 9007199254740993n])
  })

  it('parse restores exact integers even if keys repeat, or if JavaScript changes their order', () => {
    expect(parse('{"2": 9007199254740993, "1": 9007199254740995, "2": 9007199254740997}')).toEqual({
      1: 9007199254740995n,
      2: 9007199254740997n,
    })
  })
})

describe('parse of other numbers', () => {
  it.each([
    '-0',
    '0.1E-12345678901234567',
    '1e400',
    '0.12345678901234567890',
    '1E+19',
    '12345678901234567.5',
  ])('parse reads %s like JSON.parse, also in a text with bigints', (text) => {
    expect(parse(text)).toBe(JSON.parse(text))
    expect(parse(`[9007199254740993, ${text}]`)).toEqual([9007199254740993n, JSON.parse(text)])
  })
})

describe('parse of strings and keys', () => {
  it('parse does not change strings that contain digits, quotes or escapes', () => {
    const strings = [
      '9007199254740993',
      '":9007199254740993,"',
      '\\',
      '\\"[9007199254740993',
      '\ud800',
      '\u0000',
      '',
    ]
    const text = JSON.stringify({ strings, '9007199254740993': strings })
    expect(parse(`[9007199254740995, ${text}]`)).toEqual([
      9007199254740995n,
      { strings, '9007199254740993': strings },
    ])
  })

  it('parse reads escaped keys correctly after keys that equal their source text', () => {
    for (const earlier of ['{"a":1,"\\\\":2}', '{"b":1,"x\\\\u0":2}']) JSON.parse(earlier)
    expect(parse('{"a":1,"\\n":2}')).toEqual({ a: 1, '\n': 2 })
    expect(parse('{"b":1,"x\\u0041yz" \n: 9007199254740993}')).toEqual({ b: 1, xAyz: 9007199254740993n })
  })

  it('parse reads __proto__ as an own member and does not change the prototype', () => {
    for (const key of ['__proto__', '__proto\\u005f_']) {
      const value = parse(
        `{"${key}": {"admin": 9007199254740993}, "constructor": 1, "toString": 9007199254740993}`,
      )
      expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor', 'toString'])
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
      expect(value).not.toHaveProperty('admin')
      expect({}).not.toHaveProperty('admin')
    }
  })
})

describe('parse of invalid text', () => {
  it('parse reports the expected token, the position, and at most one character of the text', () => {
    const error = failure(() => parse('{"client-secret": "hunter2",\n "scope": hunter3}'))
    expect(error.message).toBe("expected a value at line 2, column 11, but found 'h'")
    expect(error.position).toBe(39)
    expect(error.name).toBe('JsonError')
  })

  it.each([
    ['', 'a value', 0],
    ['\u0000', 'a value', 0],
    ['\ufeff{}', 'a value', 0],
    ['[1,]', 'a value', 3],
    ['[1 2]', "',' or ']'", 3],
    ['{"a":1', "',' or '}'", 6],
    ['{"a" 1}', "':'", 5],
    ['{a:1}', 'a key in double quotes', 1],
    ['{"a":1,}', 'a key in double quotes', 7],
    ['"\\x"', 'a valid escape', 1],
    ['"a\nb"', 'the rest of a string', 2],
    ['"abc', 'the rest of a string', 4],
    ['"abc\\', 'a valid escape', 4],
    ['01', 'the end', 1],
    ['1.', 'the end', 1],
    ['9007199254740993e', 'the end', 16],
    ['-', 'a value', 0],
    ['NaN', 'a value', 0],
    ['truefalse', 'the end', 4],
    ['{} {}', 'the end', 3],
  ])('parse refuses %j because it expects %s', (text, expected, position) => {
    const error = failure(() => parse(text))
    expect(error.message).toContain(`expected ${expected} at line 1, column ${position + 1}`)
    expect(error.position).toBe(position)
  })

  it('parse refuses bytes that are not UTF-8, start with a byte order mark, or are too long', () => {
    for (const bytes of [
      [0x22, 0xff, 0x22],
      [0x22, 0xc0, 0xaf, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
      [0x22, 0xe2, 0x82],
    ]) {
      expect(failure(() => parseBytes(Uint8Array.from(bytes))).message).toBe('bytes are not valid UTF-8')
    }
    expect(failure(() => parseBytes(Buffer.from('\ufeff{}'))).message).toBe(
      'text starts with a byte order mark',
    )
    expect(failure(() => parseBytes(new Uint8Array(2 ** 29))).message).toBe('text is too long')
  })
})

describe('parseBytes', () => {
  it('parseBytes reads only the bytes of its view into a larger buffer', () => {
    expect(parseBytes(new Uint8Array(Buffer.from('xx{"é": 9007199254740993}yy')).subarray(2, -2))).toEqual({
      é: 9007199254740993n,
    })
  })
})

const nested = (depth: number): string => '[{"a":'.repeat(depth / 2) + '1' + '}]'.repeat(depth / 2)

describe('the limit of nesting', () => {
  it('parse allows 100 levels of nesting by default, or maxDepth levels if the option is set', () => {
    expect(parse(nested(100))).toEqual(JSON.parse(nested(100)))
    expect(failure(() => parse(nested(102))).message).toBe('nested deeper than 100 levels at offset 300')
    expect(parse(nested(1000), { maxDepth: 1000 })).toEqual(JSON.parse(nested(1000)))
    expect(parse('1', { maxDepth: 0 })).toBe(1)
    expect(failure(() => parse('[]', { maxDepth: 0 })).position).toBe(0)
  })

  it('the limit of JSON nesting does not count brackets in strings, or brackets that are already closed', () => {
    expect(parse(JSON.stringify(['[{'.repeat(200)]))).toEqual(['[{'.repeat(200)])
    expect(parse(`[${'[],{},'.repeat(500)}1]`)).toHaveLength(1001)
  })

  it('the limit of JSON nesting cannot be above 1000 levels', () => {
    expect(() => parse('1', { maxDepth: 1001 })).toThrow(RangeError)
    expect(() => parse('1', { maxDepth: Number.NaN })).toThrow(RangeError)
  })
})

describe('parse of hostile input', () => {
  const many = 1_000_000

  it.each([
    ['deep arrays', '['.repeat(many)],
    ['deep objects', '{"a":'.repeat(many)],
    ['deep arrays that are closed', '['.repeat(many) + ']'.repeat(many)],
    ['closing brackets before opening ones', ']'.repeat(many) + '['.repeat(many)],
    ['a very long integer', '9'.repeat(many)],
    ['a very long negative integer in an array', `[1, -${'9'.repeat(many)}]`],
    ['very long integers that JSON.parse cannot tell apart', `[${'9'.repeat(4096)}, ${'8'.repeat(many)}]`],
    ['an unfinished string of backslashes', `"${'\\'.repeat(many)}`],
    ['an unfinished string of escaped quotes', `["${'\\"'.repeat(many)}`],
    ['an unfinished key of escapes', `{"${'\\u0041'.repeat(many / 4)}`],
    ['a long fraction with a letter behind it', `0.${'9'.repeat(10 * many)}x`],
    ['numbers with many exponents', `[${'1e1'.repeat(many)}]`],
    ['many lines', `[${'\n'.repeat(many)}x`],
    [
      'an unfinished metadata file',
      JSON.stringify(Array.from({ length: 20_000 }, (_, id) => ({ id }))).slice(0, -2),
    ],
  ])('refuses %s quickly', (_, text) => {
    const start = process.cpuUsage()
    const error = failure(() => parse(text))
    // The test measures the CPU time of this process, which does not depend on the load of the machine.
    expect(process.cpuUsage(start).user).toBeLessThan(1_500_000)
    expect(error.message.length).toBeLessThan(120)
  })

  it.each([
    ['a long string of digits', JSON.stringify('9'.repeat(many))],
    ['a long fraction', `[9007199254740993, 0.${'9'.repeat(many)}]`],
    ['a long exponent', `[9007199254740993, 1e${'0'.repeat(many)}1]`],
    ['many integers of the same double', `[${'9007199254740992,9007199254740993,'.repeat(20_000)}1]`],
    ['a huge array', `[${'1,'.repeat(many)}9007199254740993]`],
    ['many escaped keys', `{${Array.from({ length: 50_000 }, (_, i) => `"\\u0041${i}":${i}`).join()}}`],
    ['a string of escaped quotes', `["${'\\"'.repeat(many)}"]`],
  ])('reads %s quickly', (_, text) => {
    const start = process.cpuUsage()
    parse(text)
    // The test measures the CPU time of this process, which does not depend on the load of the machine.
    expect(process.cpuUsage(start).user).toBeLessThan(1_500_000)
  })
})

describe('the limit of values', () => {
  it('the limit of JSON values counts every value once, in arrays, in objects and at the top level', () => {
    const text = '{"a": [1, "two", {"three": null}], "b": true}'
    expect(parse(text, { maxValues: 7 })).toEqual(JSON.parse(text))
    expect(failure(() => parse(text, { maxValues: 6 }))).toBeInstanceOf(JsonLimitError)
  })

  it('the limit of JSON values counts a long number several times, because its conversion takes longer', () => {
    expect(failure(() => parse(`[${'9'.repeat(4000)}]`, { maxValues: 100 })).message).toBe(
      'more than 100 values',
    )
    expect(parse('[9007199254740993]', { maxValues: 10 })).toEqual([9007199254740993n])
  })

  it('the limit of JSON values counts a key that V8 hashes only by its length 1,000 times, and a long string once', () => {
    const text = JSON.stringify({ ['k'.repeat(16_384)]: 'v'.repeat(16_384) })
    expect(parse(text, { maxValues: 1_002 })).toEqual(JSON.parse(text))
    expect(failure(() => parse(text, { maxValues: 1_001 }))).toBeInstanceOf(JsonLimitError)
  })

  it('the limit of JSON values applies only if the caller of parse sets it, and does not count brackets in strings', () => {
    expect(parse(`[${'1,'.repeat(300_000)}1]`)).toHaveLength(300_001)
    expect(parse(JSON.stringify(['[,{'.repeat(1000)]), { maxValues: 2 })).toHaveLength(1)
  })

  it.each([
    ['empty arrays', `[${'[],'.repeat(8_000_000)}1]`],
    ['numbers', `[${'1,'.repeat(8_000_000)}1]`],
    ['members of one object', `{${'"k":1,'.repeat(4_000_000)}"k":1}`],
    ['distinct 64-bit integers', `[${'9007199254740993,'.repeat(1_000_000)}1]`],
    [
      'long keys',
      `{${Array.from({ length: 900 }, (_, i) => `"${String(i).padStart(16_384, 'x')}":1`).join(',')}}`,
    ],
  ])('the limit of JSON values stops the parser early for %s', (_, text) => {
    const start = process.cpuUsage()
    expect(failure(() => parse(text, { maxValues: 250_000 }))).toBeInstanceOf(JsonLimitError)
    expect(process.cpuUsage(start).user).toBeLessThan(300_000)
  })
})
