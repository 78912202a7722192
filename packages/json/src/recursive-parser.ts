import { syntaxError } from './syntax-error.ts'
import { rawNumber, type RawNumber } from './raw-number.ts'
import { exactInteger, changesText } from './wide-integers.ts'

const LITERALS = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
])
const LITERAL = /true|false|null/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y
/** Characters of a string that need no escape: all except quotes, backslashes and control characters. */
const PLAIN = /[ !#-[\]-\uffff]+/y
const INTEGER = /^-?\d+$/

/** Position of the parser in a text. */
interface Cursor {
  readonly text: string
  readonly keepNumberText: boolean
  at: number
}

/**
 * Parses JSON by recursive descent, several times slower than `JSON.parse`. `parse` uses it for four kinds of text:
 *
 * - texts that `JSON.parse` refuses, to report the position without showing the input
 * - texts with several integers that a double cannot represent and that round to the same double
 * - texts with numbers that keep their text
 * - texts with escaped keys, which V8 may misread (see `scan.ts`)
 *
 * The caller must have checked the depth with `scan`, because each level of nesting uses the stack.
 *
 * @throws {JsonError} when the text is not JSON, with the offset of the first wrong character
 */
export function parseRecursively(text: string, keepNumberText: boolean): unknown {
  const cursor = { text, keepNumberText, at: 0 }
  skipSpace(cursor)
  const value = readValue(cursor)
  skipSpace(cursor)
  if (cursor.at < text.length) throw syntaxError(text, cursor.at, 'the end')
  return value
}

// Each function `read…` starts at the first character of its value, and moves the cursor behind the last character of
// the value.

function readValue(cursor: Cursor): unknown {
  switch (cursor.text[cursor.at]) {
    case '{':
      return readObject(cursor)
    case '[':
      return readArray(cursor)
    case '"':
      return readString(cursor)
    default:
      return readNumberOrLiteral(cursor)
  }
}

function readObject(cursor: Cursor): object {
  const object: Record<string, unknown> = {}
  for (let more = enter(cursor, '}'); more; more = advance(cursor, '}')) {
    if (cursor.text[cursor.at] !== '"') throw syntaxError(cursor.text, cursor.at, 'a key in double quotes')
    const key = readString(cursor)
    skipSpace(cursor)
    if (cursor.text[cursor.at] !== ':') throw syntaxError(cursor.text, cursor.at, "':'")
    cursor.at++
    skipSpace(cursor)
    setOwn(object, key, readValue(cursor))
  }
  return object
}

/**
 * Creates an own member of an object. A plain assignment to an inherited name such as `__proto__` would not create a
 * member.
 */
function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (!(key in Object.prototype)) object[key] = value
  else Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
}

function readArray(cursor: Cursor): unknown[] {
  const array: unknown[] = []
  for (let more = enter(cursor, ']'); more; more = advance(cursor, ']')) array.push(readValue(cursor))
  return array
}

/**
 * Moves the cursor behind the opening bracket of an object or array. If the object or array is empty, also moves the
 * cursor behind the closing bracket, and returns false.
 */
function enter(cursor: Cursor, close: string): boolean {
  cursor.at++
  skipSpace(cursor)
  if (cursor.text[cursor.at] !== close) return true
  cursor.at++
  return false
}

/**
 * Moves the cursor to the next member of an object, or to the next element of an array. If there is none, moves the
 * cursor behind the closing bracket, and returns false.
 */
function advance(cursor: Cursor, close: string): boolean {
  skipSpace(cursor)
  const found = cursor.text[cursor.at]
  if (found !== ',' && found !== close) throw syntaxError(cursor.text, cursor.at, `',' or '${close}'`)
  cursor.at++
  if (found === close) return false
  skipSpace(cursor)
  return true
}

function readString(cursor: Cursor): string {
  const { text, at: start } = cursor
  let escaped = false
  let at = start + 1
  while (text[at] !== '"') {
    if (text[at] === '\\') {
      const end = match(ESCAPE, text, at)
      if (end === undefined) throw syntaxError(text, at, 'a valid escape')
      escaped = true
      at = end
    } else {
      const end = match(PLAIN, text, at)
      // The string contains a control character, or the text ends.
      if (end === undefined) throw syntaxError(text, at, 'the rest of a string')
      at = end
    }
  }
  cursor.at = at + 1
  // JSON.parse can read a string with escapes here, because the V8 defect that `scan.ts` describes affects only keys
  // of objects.
  return escaped ? (JSON.parse(text.slice(start, at + 1)) as string) : text.slice(start + 1, at)
}

/** Reads the number or the literal `true`, `false` or `null` at the position of the cursor. */
function readNumberOrLiteral(cursor: Cursor): number | bigint | boolean | RawNumber | null {
  const { text, at } = cursor
  const end = match(NUMBER, text, at) ?? match(LITERAL, text, at)
  if (end === undefined) throw syntaxError(text, at, 'a value')
  cursor.at = end
  const token = text.slice(at, end)
  const literal = LITERALS.get(token)
  if (literal !== undefined) return literal
  const value = Number(token)
  if (cursor.keepNumberText && (!INTEGER.test(token) || value === 0) && changesText(token))
    return rawNumber(token)
  return Number.isSafeInteger(value) || !INTEGER.test(token) ? value : exactInteger(token, at)
}

function match(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : undefined
}

function skipSpace(cursor: Cursor): void {
  for (;;) {
    const code = cursor.text.charCodeAt(cursor.at)
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
    cursor.at++
  }
}
