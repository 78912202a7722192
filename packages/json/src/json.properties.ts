import assert from 'node:assert/strict'
import { property, type Property } from '@headgate/testkit'
import * as fc from 'fast-check'
import { damagedTexts, documents, documentsWithPlainKeys } from './test-documents.ts'
import { addInt64, compareInt64, isInt64, JsonError, parse, parseBytes } from './index.ts'
import { stringify, toInt64, type Json } from './index.ts'

/** The slow and simple way: the reviver is told each number's own spelling. */
function parseSlowly(text: string): unknown {
  const parseWithSource = JSON.parse as (
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ) => unknown
  return parseWithSource(text, (_, value, { source }) => {
    if (typeof value !== 'number' || source === undefined || !/^-?[0-9]+$/.test(source)) return value
    return source === '-0' || Number.isSafeInteger(value) ? value : BigInt(source)
  })
}

/**
 * What remains of a value once written: JSON.stringify writes -0 as 0, and doubles from 2^53 up to 10^21 without
 * fraction or exponent, that is, as integers.
 */
function meaning(value: unknown): unknown {
  if (value === 0) return 0
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : integerIfSpelledSo(value)
  if (Array.isArray(value)) return value.map(meaning)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, meaning(member)]))
}

const integerIfSpelledSo = (value: number): number | bigint =>
  /^-?\d+$/.test(String(value)) ? BigInt(String(value)) : value

const hasInfinity = (value: unknown): boolean =>
  typeof value === 'object' && value !== null
    ? Object.values(value).some(hasInfinity)
    : value === Infinity || value === -Infinity

const int64s = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: 2n ** 53n - 3n, max: 2n ** 53n + 3n }),
  fc.bigInt({ min: -(2n ** 53n) - 3n, max: -(2n ** 53n) + 3n }),
  fc.integer().map(BigInt),
)

const digits = fc.stringMatching(/^(?:0|[1-9]\d{0,20})$/)
/** Every way to write a number. */
const numberTexts = fc
  .tuple(
    fc.constantFrom('', '-'),
    digits,
    fc.stringMatching(/^(?:\.\d{1,20})?$/),
    fc.stringMatching(/^(?:[eE][+-]?\d{1,3})?$/),
  )
  .map((parts) => parts.join(''))

const sign = (value: bigint): number => Number(value > 0n) - Number(value < 0n)

/** What this package promises for all inputs, by the sentence that says it. */
export const properties: Readonly<Record<string, Property>> = {
  'a document is read as the value it was made from': property(documents, ({ text, value }) => {
    assert.deepStrictEqual(parse(text), value)
    assert.deepStrictEqual(parseBytes(Buffer.from(text)), value)
  }),

  'a document is read as the reviver with source text reads it': property(
    documentsWithPlainKeys,
    ({ text }) => {
      assert.deepStrictEqual(parse(text), parseSlowly(text))
    },
  ),

  'what was read and is written again means the same': property(documents, ({ text }) => {
    const value = parse(text)
    if (hasInfinity(value)) {
      assert.throws(() => stringify(value), JsonError)
      return
    }
    const written = stringify(value)
    assert.deepStrictEqual(meaning(parse(written)), meaning(value))
    assert.equal(stringify(parse(written)), written)
  }),

  'with keepNumberText, numbers are written with the text that they were read with': property(
    fc.array(numberTexts, { maxLength: 8 }),
    (numbers) => {
      const text = `[${numbers.join(',')}]`
      assert.equal(stringify(parse(text, { keepNumberText: true })), text)
      assert.deepStrictEqual(parse(stringify(parse(text, { keepNumberText: true }))), parse(text))
    },
  ),

  'writing differs from JSON.stringify in nothing but bigints': property(fc.jsonValue(), (value) => {
    assert.equal(stringify(value as Json), JSON.stringify(value))
  }),

  'damaged text is refused exactly when JSON.parse refuses it, and the offset names the first fault':
    property(damagedTexts, (text) => {
      let refused: JsonError | undefined
      try {
        parse(text)
      } catch (error) {
        assert.ok(error instanceof JsonError)
        refused = error
      }
      let native = true
      try {
        JSON.parse(text)
      } catch {
        native = false
      }
      assert.equal(refused === undefined, native)
      if (refused === undefined) return
      const { position } = refused
      assert.ok(position !== undefined && position <= text.length, refused.message)
      // All before the fault could still have become JSON: cut off there, the only fault is that it ends.
      if (position === 0) return
      try {
        parse(text.slice(0, position))
      } catch (error) {
        assert.ok(error instanceof JsonError)
        assert.equal(error.position, position)
        assert.match(error.message, /the text ends$/)
      }
    }),

  'any bytes give a value or a JsonError': property(fc.uint8Array({ size: 'medium' }), (bytes) => {
    try {
      parseBytes(bytes)
    } catch (error) {
      assert.ok(error instanceof JsonError)
    }
  }),

  'integers of 64 bits add, compare and convert like bigints, in one canonical form': property(
    fc.tuple(int64s, int64s),
    ([a, b]) => {
      const [x, y] = [toInt64(a), toInt64(b)]
      assert.ok(isInt64(x))
      assert.equal(typeof x, Number.isSafeInteger(Number(a)) ? 'number' : 'bigint')
      assert.equal(toInt64(a.toString()), x)
      assert.equal(BigInt(x), a)
      assert.equal(x === y, a === b)
      assert.equal(compareInt64(x, y), sign(a - b))
      if (BigInt.asIntN(64, a + b) === a + b) assert.equal(addInt64(x, y), toInt64(a + b))
      else assert.throws(() => addInt64(x, y), JsonError)
    },
  ),
}
