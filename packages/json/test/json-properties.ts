import assert from 'node:assert/strict'
import { property, type Property } from '@headgate/testkit'
import * as fc from 'fast-check'
import { damagedTexts, documents, documentsWithPlainKeys } from './documents.ts'
import { addInt64, compareInt64, isInt64, JsonError, parse, parseBytes } from '../src/index.ts'
import { stringify, toInt64, type Json } from '../src/index.ts'

/**
 * Parses JSON with `JSON.parse` and a reviver that receives the source text of each number. The results are compared
 * with those of `parse`, which is faster.
 */
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
 * Returns the value that `parse` must return for the text that `stringify` writes for `value`. It can differ from
 * `value`, because -0 is written as 0, and doubles from 2^53 to 10^21 as integers.
 */
function valueOnceWritten(value: unknown): unknown {
  if (value === 0) return 0
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : toBigintIfInteger(value)
  if (Array.isArray(value)) return value.map(valueOnceWritten)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, valueOnceWritten(member)]))
}

const toBigintIfInteger = (value: number): number | bigint =>
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
/** Texts of numbers, with and without sign, fraction and exponent. */
const numberTexts = fc
  .tuple(
    fc.constantFrom('', '-'),
    digits,
    fc.stringMatching(/^(?:\.\d{1,20})?$/),
    fc.stringMatching(/^(?:[eE][+-]?\d{1,3})?$/),
  )
  .map((parts) => parts.join(''))

const sign = (value: bigint): number => Number(value > 0n) - Number(value < 0n)

/** Property tests with random inputs, keyed by test title. */
export const properties: Readonly<Record<string, Property>> = {
  'parse returns the value that a document was made from': property(documents, ({ text, value }) => {
    assert.deepStrictEqual(parse(text), value)
    assert.deepStrictEqual(parseBytes(Buffer.from(text)), value)
  }),

  'parse returns the same value as a reviver that reads the source text': property(
    documentsWithPlainKeys,
    ({ text }) => {
      assert.deepStrictEqual(parse(text), parseSlowly(text))
    },
  ),

  'a value that was read and written again is read as the same value': property(documents, ({ text }) => {
    const value = parse(text)
    if (hasInfinity(value)) {
      assert.throws(() => stringify(value), JsonError)
      return
    }
    const written = stringify(value)
    assert.deepStrictEqual(valueOnceWritten(parse(written)), valueOnceWritten(value))
    assert.equal(stringify(parse(written)), written)
  }),

  'with keepNumberText, numbers are written with their original text': property(
    fc.array(numberTexts, { maxLength: 8 }),
    (numbers) => {
      const text = `[${numbers.join(',')}]`
      assert.equal(stringify(parse(text, { keepNumberText: true })), text)
      assert.deepStrictEqual(parse(stringify(parse(text, { keepNumberText: true }))), parse(text))
    },
  ),

  'stringify writes values without bigints as JSON.stringify does': property(fc.jsonValue(), (value) => {
    assert.equal(stringify(value as Json), JSON.stringify(value))
  }),

  'parse refuses damaged text exactly when JSON.parse does, with the offset of the first fault': property(
    damagedTexts,
    (text) => {
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
      // The text before the reported position must be the start of valid JSON. So if `parse` refuses this part, the
      // only reason may be that it ends too early.
      if (position === 0) return
      try {
        parse(text.slice(0, position))
      } catch (error) {
        assert.ok(error instanceof JsonError)
        assert.equal(error.position, position)
        assert.match(error.message, /the text ends$/)
      }
    },
  ),

  'parseBytes returns a value or throws a JsonError for any bytes': property(
    fc.uint8Array({ size: 'medium' }),
    (bytes) => {
      try {
        parseBytes(bytes)
      } catch (error) {
        assert.ok(error instanceof JsonError)
      }
    },
  ),

  'integers of 64 bits add, compare and convert as bigints do, in canonical form': property(
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
