import { fault } from './fault.ts'
import { rawNumber, type RawNumber } from './raw-number.ts'
import { exactInteger, isOtherNumber } from './wide-integers.ts'

const WORDS = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
])
const WORD = /true|false|null/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y
const INTEGER = /^-?\d+$/

/** How far a text has been read. */
interface Cursor {
  readonly text: string
  readonly keepNumberText: boolean
  at: number
}

/**
 * Reads JSON step by step, several times slower than JSON.parse, for the texts that cannot be left to it: those it
 * refuses (to say where and why, without showing a stretch of the input), those whose integers it cannot tell apart,
 * those whose numbers keep their text, and those with escaped keys, which it may misread (see scan.ts).
 *
 * Recursive: for texts whose depth `scan` has checked.
 *
 * @throws {JsonError} when the text is not JSON, with the offset of the first character that cannot be
 */
export function parseCarefully(text: string, keepNumberText: boolean): unknown {
  const cursor = { text, keepNumberText, at: 0 }
  skipSpace(cursor)
  const value = readValue(cursor)
  skipSpace(cursor)
  if (cursor.at < text.length) throw fault(text, cursor.at, 'the end')
  return value
}

// Every reader starts at the first character of its part and leaves the cursor behind the last.

function readValue(cursor: Cursor): unknown {
  switch (cursor.text[cursor.at]) {
    case '{':
      return readObject(cursor)
    case '[':
      return readArray(cursor)
    case '"':
      return readString(cursor)
    default:
      return readWord(cursor)
  }
}

function readObject(cursor: Cursor): object {
  const object: Record<string, unknown> = {}
  for (let more = open(cursor, '}'); more; more = next(cursor, '}')) {
    if (cursor.text[cursor.at] !== '"') throw fault(cursor.text, cursor.at, 'a key in double quotes')
    const key = readString(cursor)
    skipSpace(cursor)
    if (cursor.text[cursor.at] !== ':') throw fault(cursor.text, cursor.at, "':'")
    cursor.at++
    skipSpace(cursor)
    setOwn(object, key, readValue(cursor))
  }
  return object
}

/** Assignment, except where it would reach an inherited member such as `__proto__`. */
function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (!(key in Object.prototype)) object[key] = value
  else Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
}

function readArray(cursor: Cursor): unknown[] {
  const array: unknown[] = []
  for (let more = open(cursor, ']'); more; more = next(cursor, ']')) array.push(readValue(cursor))
  return array
}

/** Steps into an object or array; false when it is empty, and then behind it. */
function open(cursor: Cursor, close: string): boolean {
  cursor.at++
  skipSpace(cursor)
  if (cursor.text[cursor.at] !== close) return true
  cursor.at++
  return false
}

/** Steps to the next member; false when there is none, and then behind the object or array. */
function next(cursor: Cursor, close: string): boolean {
  skipSpace(cursor)
  const found = cursor.text[cursor.at]
  if (found !== ',' && found !== close) throw fault(cursor.text, cursor.at, `',' or '${close}'`)
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
      if (end === undefined) throw fault(text, at, 'a valid escape')
      escaped = true
      at = end
    } else if (text.charCodeAt(at) >= 0x20) {
      at++
    } else {
      // A control character, or the end of the text.
      throw fault(text, at, 'the rest of a string')
    }
  }
  cursor.at = at + 1
  // A lone string is safe with JSON.parse: only keys are compared to earlier ones.
  return escaped ? (JSON.parse(text.slice(start, at + 1)) as string) : text.slice(start + 1, at)
}

/** A number, true, false or null. */
function readWord(cursor: Cursor): number | bigint | boolean | RawNumber | null {
  const { text, at } = cursor
  const end = match(NUMBER, text, at) ?? match(WORD, text, at)
  if (end === undefined) throw fault(text, at, 'a value')
  cursor.at = end
  const token = text.slice(at, end)
  const word = WORDS.get(token)
  if (word !== undefined) return word
  const value = Number(token)
  if (cursor.keepNumberText && (!INTEGER.test(token) || value === 0) && isOtherNumber(token))
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
