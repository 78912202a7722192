import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeIdentifier, encodeSegment, formatIdentifier, parseIdentifier } from './identifier.ts'

test.each([
  [[], '$', '$'],
  [['a'], '$', 'a'],
  [['a', 'b', 't'], '$', 'a$b$t'],
  [['a$b', 't'], '|', 'a$b|t'],
  [['a', 'b'], '::', 'a::b'],
  [['a.b', 'c'], '\u001f', 'a.b\u001fc'],
] as const)('the identifier %j with the delimiter %j is formatted as %j', (names, delimiter, text) => {
  expect(formatIdentifier(names, delimiter)).toBe(text)
  expect(parseIdentifier(text, delimiter)).toEqual(names)
})

test.each([
  [['a$b'], '$', 'Choose another delimiter'],
  [['$'], '$', 'Choose another delimiter'],
  // A server would parse a---b as the names a and -b.
  [['a-', 'b'], '--', 'Choose another delimiter'],
  [['', 'a'], '$', 'a name in it is empty'],
  [['a', ''], '$', 'a name in it is empty'],
  [['a'], '', 'at least one character'],
  [['a'], '\ud800', 'well-formed'],
] as const)('formatIdentifier refuses %j with the delimiter %j', (names, delimiter, message) => {
  expect(() => formatIdentifier(names, delimiter)).toThrow(message)
})

test.each(['', 'a$', '$a', 'a$$b', '$$'])('parseIdentifier refuses %j', (text) => {
  expect(() => parseIdentifier(text)).toThrow('a name in it is empty')
})

test.each([
  [[], '$', '%24'],
  [['my tables', 'ü'], '$', 'my%20tables%24%C3%BC'],
  [['a+b/c%2F?#&='], '$', 'a%2Bb%2Fc%252F%3F%23%26%3D'],
  [["!'()*"], '$', '%21%27%28%29%2A'],
  [['-._~'], '$', '-._~'],
  [['a', 'b'], '.', 'a.b'],
] as const)('the identifier %j with the delimiter %j is encoded as %s', (names, delimiter, segment) => {
  expect(encodeIdentifier(names, delimiter)).toBe(segment)
  expect(new URL(`http://h/v1/table/${segment}/describe`).pathname).toBe(`/v1/table/${segment}/describe`)
})

test.each([
  [['.'], '$'],
  [['..'], '$'],
  [[], '.'],
  [[], '..'],
  [['\ud800'], '$'],
] as const)('encodeIdentifier refuses %j with the delimiter %j', (names, delimiter) => {
  expect(() => encodeIdentifier(names, delimiter)).toThrow('cannot be part of a URL')
})

test('encodeSegment encodes the name of an index', () => {
  expect(encodeSegment('id idx', 'index name')).toBe('id%20idx')
  expect(() => encodeSegment('..', 'index name')).toThrow('Invalid index name: ".." cannot be part of a URL')
})

test('an encoded identifier is unchanged by URL parsing and is parsed as the same names', () => {
  const unit = fc.constantFrom(
    'a',
    '-',
    '$',
    '.',
    '|',
    '/',
    '\\',
    '%',
    '2',
    'E',
    '+',
    ' ',
    '\0',
    'ü',
    '😀',
    '\ud800',
  )
  const name = fc.string({ unit, minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(
      fc.array(name, { maxLength: 4 }),
      fc.string({ unit, minLength: 1, maxLength: 3 }),
      (names, delimiter) => {
        let segment: string
        try {
          segment = encodeIdentifier(names, delimiter)
        } catch {
          return
        }
        const path = new URL(`http://h/v1/namespace/${segment}/list`).pathname.split('/')
        expect(path).toHaveLength(5)
        expect(path[3]).toBe(segment)
        expect(parseIdentifier(decodeURIComponent(path[3] ?? ''), delimiter)).toEqual(names)
      },
    ),
    { numRuns: 2_000 },
  )
})
