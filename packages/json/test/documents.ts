import * as fc from 'fast-check'

/**
 * A JSON text and its value. The text and the value are generated together, so that the value does not depend on a
 * parser.
 */
export interface Document {
  readonly text: string
  readonly value: unknown
}

const EDGES = [
  0n,
  999_999_999_999_999n,
  1_000_000_000_000_000n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 53n + 1n,
  2n ** 53n + 2n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n,
]

const integer = fc
  .oneof(
    fc.constantFrom(...EDGES, ...EDGES.map((edge) => -edge)),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }),
    fc.integer().map(BigInt),
  )
  .map((exact): Document => {
    const safe = exact <= 2n ** 53n - 1n && exact >= -(2n ** 53n) + 1n
    return { text: exact.toString(), value: safe ? Number(exact) : exact }
  })

/** Numbers that remain doubles, as text and value. Some of them round to the same double as an integer in EDGES. */
const fractional = fc
  .oneof(
    fc.constantFrom(
      '-0',
      '-0.0',
      '0.1E-12345678901234567',
      '1E400',
      '-1e0000000000000000000000000400',
      '9007199254740992.0',
      '9007199254740993.0',
      '9007199254740993e0',
      '9.007199254740993E15',
      '0.9007199254740993e+16',
      '90071992547409930E-1',
      '-9223372036854775808.5',
      '9223372036854775807e0',
      '9007199254740991.5',
      '1234567890.9007199254740993',
      '123.9007199254740993e20',
      '0.12345678901234567890123456789',
      '1e-9007199254740993',
    ),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => {
      const text = String(value)
      return /[.e]/.test(text) ? text : `${text}.0`
    }),
  )
  .map((text): Document => ({ text, value: Number(text) }))

/**
 * Contents of strings: texts that look like numbers or JSON, which a scanner for numbers could misread, and arbitrary
 * characters.
 */
const content = fc.oneof(
  fc.constantFrom(
    '9007199254740993',
    '":9007199254740993,"',
    ': 9007199254740993',
    '[9007199254740993]',
    '\\',
    '\\\\"9007199254740993',
    '"',
    '{[{[',
    ']}',
    '1e19',
    '\u0000',
    '\u2028',
    '\ud800',
    '\udc00-9223372036854775809',
    '9007199254740992.0',
  ),
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '1', '9', '-', 'e', '.', ':', ',', '[', '}', '\ud834', '\n'),
  }),
)

/** Returns the JSON text of a string, either in the form of JSON.stringify or with every UTF-16 unit escaped. */
const stringText = (value: string, escaped: boolean): string =>
  escaped
    ? `"${Array.from({ length: value.length }, (_, i) => `\\u${value.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')}"`
    : JSON.stringify(value)

const string = fc
  .tuple(content, fc.boolean())
  .map(([value, escaped]): Document => ({ text: stringText(value, escaped), value }))

/** A key of an object, and its JSON text. */
interface Key {
  readonly text: string
  readonly value: string
}

const keys: fc.Arbitrary<Key> = fc
  .tuple(
    fc.oneof(
      content,
      fc.constantFrom('__proto__', 'constructor', 'toJSON', 'rawJSON', 'raw', 'a', 'b', '2', '1', '-1', ''),
    ),
    fc.boolean(),
  )
  .map(([value, escaped]) => ({ text: stringText(value, escaped), value }))

const plainKeys = keys
  .map(({ value }) => ({ text: JSON.stringify(value), value }))
  .filter(({ text }) => !text.includes('\\'))

const literal = fc
  .constantFrom<unknown>(null, true, false)
  .map((value): Document => ({ text: String(value), value }))

const space = fc.constantFrom('', '', '', ' ', '\n', '\t\r\n ')

const documentsWith = (keys: fc.Arbitrary<Key>): fc.Arbitrary<Document> =>
  fc.letrec<{ node: Document; array: Document; object: Document }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 6, depthSize: 'small' },
      { arbitrary: integer, weight: 4 },
      { arbitrary: fractional, weight: 2 },
      { arbitrary: string, weight: 2 },
      { arbitrary: literal, weight: 1 },
      { arbitrary: tie('array'), weight: 2 },
      { arbitrary: tie('object'), weight: 3 },
    ),
    array: fc.tuple(fc.array(tie('node'), { maxLength: 12 }), space).map(([members, gap]) => ({
      text: `[${gap}${members.map((member) => member.text).join(`${gap},${gap}`)}${gap}]`,
      value: members.map((member) => member.value),
    })),
    object: fc
      .tuple(fc.array(fc.tuple(keys, tie('node')), { maxLength: 12 }), space)
      .map(([members, gap]) => ({
        text: `{${gap}${members.map(([key, { text }]) => `${key.text}${gap}:${gap}${text}`).join(`${gap},${gap}`)}${gap}}`,
        value: createObject(members.map(([key, { value }]) => [key.value, value])),
      })),
  })).node

/** JSON documents with every kind of value, number format and key, nested a few levels. */
export const documents: fc.Arbitrary<Document> = documentsWith(keys)

/**
 * JSON documents whose keys contain no escapes. JSON.parse reads such documents correctly (see `escapedKey` in
 * `scan.ts`).
 */
export const documentsWithPlainKeys: fc.Arbitrary<Document> = documentsWith(plainKeys)

/** Creates an object in which the last of equal keys wins and `__proto__` is an own member. */
function createObject(members: readonly (readonly [string, unknown])[]): object {
  const object = {}
  for (const [name, value] of members) {
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true })
  }
  return object
}

/**
 * JSON documents with one character deleted, inserted or replaced, or without their end. Most of these texts are not
 * JSON.
 */
export const damagedTexts: fc.Arbitrary<string> = fc
  .tuple(
    documents,
    fc.nat(),
    fc.constantFrom('truncate', 'delete', 'insert', 'replace'),
    fc.constantFrom(
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '0',
      '9',
      '-',
      '+',
      '.',
      'e',
      't',
      ' ',
      '\u0000',
      '\ufeff',
      '\u00a0',
    ),
  )
  .map(([{ text }, position, damage, character]) => {
    const at = position % (text.length + 1)
    switch (damage) {
      case 'truncate':
        return text.slice(0, at)
      case 'delete':
        return text.slice(0, at) + text.slice(at + 1)
      case 'insert':
        return text.slice(0, at) + character + text.slice(at)
      default:
        return text.slice(0, at) + character + text.slice(at + 1)
    }
  })
