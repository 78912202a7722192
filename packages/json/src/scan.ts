import { JsonError, JsonLimitError } from './json-error.ts'
import { WideIntegers } from './wide-integers.ts'

/** What has to be known of a text before JSON.parse reads it. */
export interface Scan {
  /** The integers outside the safe range, which JSON.parse rounds. */
  readonly wide: WideIntegers
  /**
   * Whether a key is written with an escape. V8 takes such a key for one it has seen before when the latter equals
   * the former's *source text* so far: after any `{"a":0,"\\":0}`, `{"a":0,"\n":0}` is read with the key `\`
   * (nodejs/node#63785). One caller's keys would change another's, so these texts are not left to it.
   */
  readonly escapedKey: boolean
}

/**
 * Looks through a text before JSON.parse does. What is not JSON may pass, since JSON.parse refuses it afterwards; up
 * to its first fault every text is read exactly.
 *
 * @throws {JsonError} when objects and arrays nest deeper than `maxDepth`, or an integer has too many digits
 * @throws {JsonLimitError} when the text holds more than `maxValues` values
 */
export function scan(text: string, maxDepth: number, maxValues: number, keepText: boolean): Scan {
  const wide = new WideIntegers(keepText)
  let escapedKey = false
  let escape = offsetOf(text, '\\', 0)
  let depth = 0
  // Each value is the whole text, or follows an opening bracket or a comma.
  let values = 1
  let at = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      at = endOfString(text, at)
      if (escape < at) {
        escapedKey ||= isKeyEnd(text, at)
        escape = offsetOf(text, '\\', at)
      }
    } else if (isDigit(code) || code === MINUS) {
      const start = at
      at = readNumber(text, start, wide)
      // The time to convert a long integer grows with its digits: it counts as several values.
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

/** Like indexOf, but behind the text when there is none. */
function offsetOf(text: string, character: string, from: number): number {
  const found = text.indexOf(character, from)
  return found === -1 ? text.length : found
}

/** Returns the offset behind the string that starts at `start`; behind the text when it has no end. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let before = quote - 1
    while (text.charCodeAt(before) === BACKSLASH) before--
    // Backslashes escape each other in pairs; one without a partner escapes the quote.
    if ((quote - before) % 2 === 1) return quote + 1
  }
  return text.length
}

/** Whether the string that ends before `at` is followed by a colon. */
function isKeyEnd(text: string, at: number): boolean {
  let code = text.charCodeAt(at)
  while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = text.charCodeAt(++at)
  return code === COLON
}

/** Returns the offset behind the number that starts at `start`, having noted it if doubles cannot tell it apart. */
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
  // Fewer than 16 digits stay below 2^53, unless an exponent follows.
  if (integerLength > 15 || exponent) {
    if (integer) wide.addInteger(text.slice(start, end), start)
    else wide.addFloat(Number(text.slice(start, end)))
  }
  if (!integer || (integerLength === 2 && text.charCodeAt(end - 1) === ZERO)) wide.addText(text, start, end)
  return end
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

/** Digits, `.`, `+`, `-`, `e`, `E`: what a number may go on with. The end of the text, NaN, is none of them. */
const isNumberPart = (code: number): boolean =>
  isDigit(code) || code === 0x2e || code === 0x65 || code === 0x45 || code === 0x2b || code === MINUS
