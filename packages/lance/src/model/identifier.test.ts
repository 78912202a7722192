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
] as const)('%j with %j is %j', (names, delimiter, text) => {
  expect(formatIdentifier(names, delimiter)).toBe(text)
  expect(parseIdentifier(text, delimiter)).toEqual(names)
})

test.each([
  [['a$b'], '$', 'choose another delimiter'],
  [['$'], '$', 'choose another delimiter'],
  // a---b would be read as a and -b
  [['a-', 'b'], '--', 'choose another delimiter'],
  [['', 'a'], '$', 'a name in it is empty'],
  [['a', ''], '$', 'a name in it is empty'],
  [['a'], '', 'at least one character'],
  [['a'], '\ud800', 'well-formed'],
] as const)('%j with %j is refused', (names, delimiter, message) => {
  expect(() => formatIdentifier(names, delimiter)).toThrow(message)
})

test.each(['', 'a$', '$a', 'a$$b', '$$'])('%j is no identifier', (text) => {
  expect(() => parseIdentifier(text)).toThrow('a name in it is empty')
})

test.each([
  [[], '$', '%24'],
  [['my tables', 'ü'], '$', 'my%20tables%24%C3%BC'],
  [['a+b/c%2F?#&='], '$', 'a%2Bb%2Fc%252F%3F%23%26%3D'],
  [["!'()*"], '$', '%21%27%28%29%2A'],
  [['-._~'], '$', '-._~'],
  [['a', 'b'], '.', 'a.b'],
] as const)('%j with %j is sent as %s', (names, delimiter, segment) => {
  expect(encodeIdentifier(names, delimiter)).toBe(segment)
  expect(new URL(`http://h/v1/table/${segment}/describe`).pathname).toBe(`/v1/table/${segment}/describe`)
})

test.each([
  [['.'], '$'],
  [['..'], '$'],
  [[], '.'],
  [[], '..'],
  [['\ud800'], '$'],
] as const)('%j with %j cannot be part of a URL', (names, delimiter) => {
  expect(() => encodeIdentifier(names, delimiter)).toThrow('cannot be part of a URL')
})

test('the name of an index is a segment of its own', () => {
  expect(encodeSegment('id idx', 'index name')).toBe('id%20idx')
  expect(() => encodeSegment('..', 'index name')).toThrow('Invalid index name: ".." cannot be part of a URL')
})

test('what is written is read again as it was, or refused; and a URL carries it unchanged', () => {
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
