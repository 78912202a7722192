import { JsonError } from './json-error.ts'
import { parseRecursively } from './recursive-parser.ts'
import { scan } from './scan.ts'
import type { Json } from './types.ts'
import type { WideIntegers } from './wide-integers.ts'

/** Limits and number format of {@link parse}. */
export interface ParseOptions {
  /** Maximum number of objects and arrays nested in each other: 0 to 1000. Default: 100. */
  readonly maxDepth?: number
  /**
   * Maximum number of values in the text, which bounds the time and memory that parsing takes. An object, array,
   * string, number and literal each count as one value; the key of a member does not count. A number with more than 15
   * characters counts as one more value for each 8 characters, and a key with 16,382 characters or more counts as
   * 1,000 values. Default: no limit.
   */
  readonly maxValues?: number
  /**
   * Whether a number whose text a JavaScript number would change (such as `1.0`) becomes a {@link RawNumber}, so that
   * {@link stringify} writes the original text. Other numbers are the same as without this option. Default: false.
   */
  readonly keepNumberText?: boolean
}

/**
 * Highest allowed `maxDepth`. Recursion of this depth, in the parser and in callers that traverse the value, cannot
 * exhaust the stack.
 */
const DEEPEST = 1000

/**
 * Length in UTF-16 units of the longest string in V8, the lowest limit among JavaScript engines. A byte of UTF-8
 * decodes to at most one unit, so longer input is refused.
 */
const LONGEST = 2 ** 29 - 24

/**
 * Parses JSON as `JSON.parse` does, except that integers outside the safe range become bigints with all their digits.
 * Numbers with a fraction or an exponent, and `-0`, become the same numbers as with `JSON.parse`. A member `__proto__`
 * is an own member of its object. When keys repeat, the last member wins.
 *
 * @throws {JsonError} when the text is not JSON, is nested deeper than `maxDepth`, or has an integer of more than 4096
 * digits
 * @throws {JsonLimitError} when the text holds more values than `maxValues`
 * @example parse('{"snapshot-id": 3055729675574597004}') // { 'snapshot-id': 3055729675574597004n }
 */
export function parse(text: string, options?: ParseOptions): Json {
  const maxDepth = options?.maxDepth ?? 100
  if (!(maxDepth >= 0 && maxDepth <= DEEPEST)) throw new RangeError(`maxDepth must be from 0 to ${DEEPEST}`)
  const keepText = options?.keepNumberText ?? false
  const { wide, escapedKey } = scan(text, maxDepth, options?.maxValues ?? Number.POSITIVE_INFINITY, keepText)
  if (escapedKey || wide.otherText || wide.ambiguous) return parseRecursively(text, keepText) as Json
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return parseRecursively(text, keepText) as Json
  }
  return (wide.size === 0 ? value : restore(value, wide)) as Json
}

/**
 * Parses JSON from bytes as {@link parse} does. The bytes must be valid UTF-8 without a byte order mark.
 *
 * @throws {JsonError} when the bytes are not valid UTF-8, start with a byte order mark, or exceed 512 MiB, and when
 * {@link parse} refuses their text
 * @throws {JsonLimitError} when the text holds more values than `maxValues`
 * @example parseBytes(new TextEncoder().encode('{"snapshot-id": 3055729675574597004}')) // { 'snapshot-id': 3055729675574597004n }
 */
export function parseBytes(bytes: Uint8Array, options?: ParseOptions): Json {
  if (bytes.byteLength > LONGEST) throw new JsonError('text is too long')
  return parse(decodeUtf8(bytes), options)
}

function decodeUtf8(bytes: Uint8Array): string {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new JsonError('bytes are not valid UTF-8')
  }
  if (text.startsWith('\ufeff')) throw new JsonError('text starts with a byte order mark', 0)
  return text
}

/**
 * Replaces rounded numbers in a parsed value by the exact integers. Changes the value in place, because no caller
 * references it yet.
 */
function restore(value: unknown, wide: WideIntegers): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : wide.restore(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const member: unknown = value[i]
      if (mayChange(member)) value[i] = restore(member, wide)
    }
    return value
  }
  const object = value as Record<string, unknown>
  // Object.keys returns own members only, and assigning to an own `__proto__` does not change the prototype.
  for (const key of Object.keys(object)) {
    const member = object[key]
    if (mayChange(member)) object[key] = restore(member, wide)
  }
  return object
}

const mayChange = (member: unknown): boolean =>
  typeof member === 'object' ? member !== null : typeof member === 'number' && !Number.isSafeInteger(member)
