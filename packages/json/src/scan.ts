import { JsonError, JsonLimitError } from './json-error.ts'
import { WideIntegers } from './wide-integers.ts'

/** Result of {@link scan}, which decides how `parse` reads a text. */
export interface ScanResult {
  /** Integers outside the range of safe integers, which JSON.parse would round. */
  readonly wide: WideIntegers
  /**
   * Whether a key contains an escape. V8 can confuse such a key with a key of an earlier document, if the decoded text
   * of the earlier key begins like the source text of this key: after `{"a":0,"\\":0}`, JSON.parse reads
   * `{"a":0,"\n":0}` with the key `\` (nodejs/node#63785). The input of one caller would change the keys of another,
   * so `parse` does not use JSON.parse for these texts.
   */
  readonly escapedKey: boolean
}

/**
 * Scans a text once before JSON.parse reads it: counts values and nesting, and records integers and escaped keys. Does
 * not validate the syntax, because JSON.parse does so afterwards.
 *
 * @throws {JsonError} when objects and arrays nest deeper than `maxDepth`, or an integer has too many digits
 * @throws {JsonLimitError} when the text holds more than `maxValues` values
 */
export function scan(text: string, maxDepth: number, maxValues: number, keepText: boolean): ScanResult {
  const wide = new WideIntegers(keepText)
  let escapedKey = false
  let escape = findOffset(text, '\\', 0)
  let depth = 0
  // Counts one value for the whole text, and one for each opening bracket and each comma, because a bracket or comma
  // precedes every other value.
  let values = 1
  let at = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      const start = at
      at = findStringEnd(text, start)
      // V8 hashes a key of this length by its length only, and compares it with all earlier keys of the same length.
      // Such a comparison is slow, so the key counts as many values.
      if (at - start > longestHashed && isKeyEnd(text, at) && (values += costOfLongKey) > maxValues)
        throw new JsonLimitError(maxValues, start)
      if (escape < at) {
        escapedKey ||= isKeyEnd(text, at)
        escape = findOffset(text, '\\', at)
      }
    } else if (isDigit(code) || code === MINUS) {
      const start = at
      at = readNumber(text, start, wide)
      // The time to convert a long integer grows with its digits, so it counts as several values.
      if (at - start > 15 && (values += (at - start) >> 3) > maxValues)
        throw new JsonLimitError(maxValues, start)
    } else {
      if (code === COMMA) {
        if (++values > maxValues) throw new JsonLimitError(maxValues, at)
      } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
        depth++
        if (depth > maxDepth) throw new JsonError(`nested deeper than ${maxDepth} levels at offset ${at}`, at)
        if (++values > maxValues) throw new JsonLimitError(maxValues, at)
      } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
        depth--
      }
      at++
    }
  }
  return { wide, escapedKey }
}

/** Length of the longest string that V8 hashes by content (`String::kMaxHashCalcLength`). */
const longestHashed = 16_383
/** Number of values that a key with 16,382 characters or more counts as, because its comparisons are slow. */
const costOfLongKey = 1_000

const QUOTE = 0x22
const MINUS = 0x2d
const ZERO = 0x30
const COLON = 0x3a
const COMMA = 0x2c
const BACKSLASH = 0x5c
const OPEN_BRACE = 0x7b
const OPEN_BRACKET = 0x5b
const CLOSE_BRACE = 0x7d
const CLOSE_BRACKET = 0x5d

/**
 * Returns the offset of the first occurrence of a character from `from` on, or the length of the text if the
 * character does not occur.
 */
function findOffset(text: string, character: string, from: number): number {
  const found = text.indexOf(character, from)
  return found === -1 ? text.length : found
}

/** Returns the offset behind the string that starts at `start`, or the length of the text when no quote closes it. */
function findStringEnd(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let before = quote - 1
    while (text.charCodeAt(before) === BACKSLASH) before--
    // The quote is escaped if an odd number of backslashes precedes it. Otherwise it ends the string.
    if ((quote - before) % 2 === 1) return quote + 1
  }
  return text.length
}

/** Returns whether the string that ends before `at` is a key, because a colon follows it. */
function isKeyEnd(text: string, at: number): boolean {
  let code = text.charCodeAt(at)
  while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = text.charCodeAt(++at)
  return code === COLON
}

/** Returns the offset behind the number that starts at `start`. Records the number if a double cannot represent it. */
function readNumber(text: string, start: number, wide: WideIntegers): number {
  let end = start + 1
  while (isDigit(text.charCodeAt(end))) end++
  const integerLength = end - start
  let integer = true
  let exponent = false
  for (let code = text.charCodeAt(end); isNumberPart(code); code = text.charCodeAt(++end)) {
    integer = false
    exponent ||= (code | 0x20) === 0x65
  }
  // A number of fewer than 16 digits is below 2^53, unless it has an exponent.
  if (integerLength > 15 || exponent) {
    if (integer) wide.addInteger(text.slice(start, end), start)
    else wide.addFloat(Number(text.slice(start, end)))
  }
  if (!integer || (integerLength === 2 && text.charCodeAt(end - 1) === ZERO)) wide.addText(text, start, end)
  return end
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

/**
 * Returns whether a character can be part of a number: a digit, `.`, `+`, `-`, `e` or `E`. Returns false for NaN, the
 * code at the end of the text.
 */
const isNumberPart = (code: number): boolean =>
  isDigit(code) || code === 0x2e || code === 0x65 || code === 0x45 || code === 0x2b || code === MINUS
