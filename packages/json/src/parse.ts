import { JsonError } from './json-error.ts'
import { parseCarefully } from './parse-carefully.ts'
import { scan } from './scan.ts'
import type { Json } from './types.ts'
import type { WideIntegers } from './wide-integers.ts'

export interface ParseOptions {
  /** How many objects and arrays may be nested in each other: 0 to 1000. Default 100. */
  readonly maxDepth?: number
  /**
   * How many values (objects, arrays, strings, numbers, words; members count once) the text may hold, which bounds the
   * time and the memory that reading takes. A number of over 15 characters counts once more for each 8 of them.
   * Default: no limit.
   */
  readonly maxValues?: number
  /**
   * Reads numbers that a JavaScript number would write in another way as {@link RawNumber}, so that {@link stringify}
   * writes them as they were. All others are the same values as without. Default false.
   */
  readonly keepNumberText?: boolean
}

/** Recursion this deep, here and in those who walk the result, is far from the end of the stack. */
const DEEPEST = 1000

/** Characters in the longest string of V8, which has the lowest limit of the engines; bytes make no more than that. */
const LONGEST = 2 ** 29 - 24

/**
 * Reads JSON as `JSON.parse` does, except that integers outside the safe range become bigints with all their digits.
 * Strings are never touched. Fractions, exponents and `-0` are the numbers `JSON.parse` makes; `__proto__` is a key
 * like any other; of equal keys the last wins.
 *
 * @throws {JsonError} when the text is not JSON, nests too deeply, or has an integer of more than 4096 digits
 * @throws {JsonLimitError} when the text holds more values than `maxValues`
 * @example parse('{"snapshot-id": 3055729675574597004}') // { 'snapshot-id': 3055729675574597004n }
 */
export function parse(text: string, options?: ParseOptions): Json {
  const maxDepth = options?.maxDepth ?? 100
  if (!(maxDepth >= 0 && maxDepth <= DEEPEST)) throw new RangeError(`maxDepth is not within 0 and ${DEEPEST}`)
  const keepText = options?.keepNumberText ?? false
  const { wide, escapedKey } = scan(text, maxDepth, options?.maxValues ?? Number.POSITIVE_INFINITY, keepText)
  if (escapedKey || wide.otherText || wide.ambiguous) return parseCarefully(text, keepText) as Json
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return parseCarefully(text, keepText) as Json
  }
  return (wide.size === 0 ? value : restore(value, wide)) as Json
}

/**
 * {@link parse} for bytes, which must be valid UTF-8 without a byte order mark.
 *
 * @throws {JsonError} when they are not, or as {@link parse} does
 */
export function parseBytes(bytes: Uint8Array, options?: ParseOptions): Json {
  if (bytes.byteLength > LONGEST) throw new JsonError('text is too long')
  return parse(textOf(bytes), options)
}

function textOf(bytes: Uint8Array): string {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new JsonError('bytes are not valid UTF-8')
  }
  if (text.startsWith('\ufeff')) throw new JsonError('text starts with a byte order mark', 0)
  return text
}

/** Puts the exact integers back into what JSON.parse made. Nobody else holds it yet, so it is completed in place. */
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
  // Own members only. Assigning to an own `__proto__` changes that member and nothing else.
  for (const key of Object.keys(object)) {
    const member = object[key]
    if (mayChange(member)) object[key] = restore(member, wide)
  }
  return object
}

const mayChange = (member: unknown): boolean =>
  typeof member === 'object' ? member !== null : typeof member === 'number' && !Number.isSafeInteger(member)
