import { describe, expect, it } from 'vitest'
import { JsonError, JsonLimitError, parse, parseBytes } from './index.ts'

const failure = (read: () => unknown): JsonError => {
  try {
    read()
  } catch (error) {
    if (error instanceof JsonError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('integers', () => {
  it('are numbers while they are safe and bigints beyond', () => {
    expect(parse('[9007199254740991, 9007199254740992, 9007199254740993]')).toEqual([
      9007199254740991,
      9007199254740992n,
      9007199254740993n,
    ])
    expect(parse('[-9007199254740991, -9007199254740992]')).toEqual([-9007199254740991, -9007199254740992n])
    expect(parse('[1234567890123456, -1234567890123456]')).toEqual([1234567890123456, -1234567890123456])
  })

  it('keep every digit at and beyond the ends of 64 bits', () => {
    expect(parse('9223372036854775807')).toBe(2n ** 63n - 1n)
    expect(parse('-9223372036854775808')).toBe(-(2n ** 63n))
    expect(parse('123456789012345678901234567890')).toBe(123456789012345678901234567890n)
    expect(parse('7'.repeat(4000))).toBe(BigInt('7'.repeat(4000)))
    expect(parse(`[1${'0'.repeat(400)}, 1${'0'.repeat(401)}]`)).toEqual([10n ** 400n, 10n ** 401n])
  })

  it('are told apart from each other and from fractions that round to the same double', () => {
    expect(parse('[9007199254740992, 9007199254740993, 9007199254740992.0, 9007199254740993e0]')).toEqual([
      9007199254740992n,
      9007199254740993n,
      9007199254740992,
      9007199254740992,
    ])
    expect(parse('[9.007199254740992e15, 9007199254740993]')).toEqual([9007199254740992, 9007199254740993n])
  })

  it('are found by value even when keys repeat or sort before others', () => {
    expect(parse('{"2": 9007199254740993, "1": 9007199254740995, "2": 9007199254740997}')).toEqual({
      1: 9007199254740995n,
      2: 9007199254740997n,
    })
  })
})

describe('other numbers', () => {
  it.each([
    '-0',
    '0.1E-12345678901234567',
    '1e400',
    '0.12345678901234567890',
    '1E+19',
    '12345678901234567.5',
  ])('%s is what JSON.parse makes of it, next to bigints too', (text) => {
    expect(parse(text)).toBe(JSON.parse(text))
    expect(parse(`[9007199254740993, ${text}]`)).toEqual([9007199254740993n, JSON.parse(text)])
  })
})

describe('strings and keys', () => {
  it('are never altered, whatever digits, quotes or escapes they hold', () => {
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

  it('written with escapes are read rightly after keys that look like their source text', () => {
    for (const earlier of ['{"a":1,"\\\\":2}', '{"b":1,"x\\\\u0":2}']) JSON.parse(earlier)
    expect(parse('{"a":1,"\\n":2}')).toEqual({ a: 1, '\n': 2 })
    expect(parse('{"b":1,"x\\u0041yz" \n: 9007199254740993}')).toEqual({ b: 1, xAyz: 9007199254740993n })
  })

  it('named __proto__ are own members and change nothing else', () => {
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

describe('what is not JSON', () => {
  it('is refused with what was expected, where, and no more than one character of it', () => {
    const error = failure(() => parse('{"client-secret": "hunter2",\n "scope": hunter3}'))
    expect(error.message).toBe("expected a value at line 2, column 11, but there is 'h'")
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
  ])('%j: expected %s', (text, expected, position) => {
    const error = failure(() => parse(text))
    expect(error.message).toContain(`expected ${expected} at line 1, column ${position + 1}`)
    expect(error.position).toBe(position)
  })

  it('is refused as bytes when they are not UTF-8 or start with a byte order mark', () => {
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

describe('bytes', () => {
  it('are read within their bounds in a larger buffer', () => {
    expect(parseBytes(new Uint8Array(Buffer.from('xx{"é": 9007199254740993}yy')).subarray(2, -2))).toEqual({
      é: 9007199254740993n,
    })
  })
})

const nested = (depth: number): string => '[{"a":'.repeat(depth / 2) + '1' + '}]'.repeat(depth / 2)

describe('nesting', () => {
  it('is read to 100 levels unless told, and to the level told', () => {
    expect(parse(nested(100))).toEqual(JSON.parse(nested(100)))
    expect(failure(() => parse(nested(102))).message).toBe('nested deeper than 100 levels at offset 300')
    expect(parse(nested(1000), { maxDepth: 1000 })).toEqual(JSON.parse(nested(1000)))
    expect(parse('1', { maxDepth: 0 })).toBe(1)
    expect(failure(() => parse('[]', { maxDepth: 0 })).position).toBe(0)
  })

  it('counts no brackets within strings, and forgets closed ones', () => {
    expect(parse(JSON.stringify(['[{'.repeat(200)]))).toEqual(['[{'.repeat(200)])
    expect(parse(`[${'[],{},'.repeat(500)}1]`)).toHaveLength(1001)
  })

  it('cannot be allowed so deep that the stack is at risk', () => {
    expect(() => parse('1', { maxDepth: 1001 })).toThrow(RangeError)
    expect(() => parse('1', { maxDepth: Number.NaN })).toThrow(RangeError)
  })
})

describe('hostile input', () => {
  const many = 1_000_000

  it.each([
    ['deep arrays', '['.repeat(many)],
    ['deep objects', '{"a":'.repeat(many)],
    ['deep and closed', '['.repeat(many) + ']'.repeat(many)],
    ['closings first', ']'.repeat(many) + '['.repeat(many)],
    ['a very long integer', '9'.repeat(many)],
    ['a very long negative integer in an array', `[1, -${'9'.repeat(many)}]`],
    ['very long integers that JSON.parse cannot tell apart', `[${'9'.repeat(4096)}, ${'8'.repeat(many)}]`],
    ['an unfinished string of backslashes', `"${'\\'.repeat(many)}`],
    ['an unfinished string of escaped quotes', `["${'\\"'.repeat(many)}`],
    ['an unfinished key of escapes', `{"${'\\u0041'.repeat(many / 4)}`],
    ['a long fraction and what is no number', `0.${'9'.repeat(10 * many)}x`],
    ['exponents in a row', `[${'1e1'.repeat(many)}]`],
    ['lines', `[${'\n'.repeat(many)}x`],
    [
      'an unfinished metadata file',
      JSON.stringify(Array.from({ length: 20_000 }, (_, id) => ({ id }))).slice(0, -2),
    ],
  ])('is refused quickly: %s', (_, text) => {
    const start = process.cpuUsage()
    const error = failure(() => parse(text))
    // Of this process alone: others may want the machine too.
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
  ])('that is valid is read quickly: %s', (_, text) => {
    const start = process.cpuUsage()
    parse(text)
    // Of this process alone: others may want the machine too.
    expect(process.cpuUsage(start).user).toBeLessThan(1_500_000)
  })
})

describe('the limit of values', () => {
  it('counts every value once, whatever holds it', () => {
    const text = '{"a": [1, "two", {"three": null}], "b": true}'
    expect(parse(text, { maxValues: 7 })).toEqual(JSON.parse(text))
    expect(failure(() => parse(text, { maxValues: 6 }))).toBeInstanceOf(JsonLimitError)
  })

  it('counts long numbers several times, because they take longer to convert', () => {
    expect(failure(() => parse(`[${'9'.repeat(4000)}]`, { maxValues: 100 })).message).toBe(
      'more than 100 values',
    )
    expect(parse('[9007199254740993]', { maxValues: 10 })).toEqual([9007199254740993n])
  })

  it('does not apply unless the caller of parse sets it, and ignores brackets within strings', () => {
    expect(parse(`[${'1,'.repeat(300_000)}1]`)).toHaveLength(300_001)
    expect(parse(JSON.stringify(['[,{'.repeat(1000)]), { maxValues: 2 })).toHaveLength(1)
  })

  it.each([
    ['empty arrays', `[${'[],'.repeat(8_000_000)}1]`],
    ['numbers', `[${'1,'.repeat(8_000_000)}1]`],
    ['members of one object', `{${'"k":1,'.repeat(4_000_000)}"k":1}`],
    ['distinct 64-bit integers', `[${'9007199254740993,'.repeat(1_000_000)}1]`],
  ])('ends the work early: %s', (_, text) => {
    const start = process.cpuUsage()
    expect(failure(() => parse(text, { maxValues: 250_000 }))).toBeInstanceOf(JsonLimitError)
    expect(process.cpuUsage(start).user).toBeLessThan(300_000)
  })
})
