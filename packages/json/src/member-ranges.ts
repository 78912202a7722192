const quote = 0x22
const backslash = 0x5c
const colon = 0x3a
const comma = 0x2c
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Position of the value of a member in JSON bytes: the first byte, and the byte after the last one. */
export interface MemberRange {
  readonly start: number
  readonly end: number
  /**
   * Ranges of the wanted members of this value. Null if the caller wants no members of it, or the value is not an
   * object.
   */
  readonly members: ReadonlyMap<string, MemberRange> | null
}

/**
 * Names of the members to find in an object. Each name has the names to find within its value, or null if the value
 * is not searched.
 */
export interface WantedMembers {
  readonly [name: string]: WantedMembers | null
}

/**
 * Finds the values of some members of an object in JSON bytes, and of members of these values, in one pass and without
 * parsing other values. Most bytes of a large document are in nested values, which are skipped. The text of the values is
 * not validated; a caller that needs a value parses its range.
 *
 * @param bytes UTF-8 text of JSON
 * @param wanted names to find
 * @returns the ranges by member name; the last one for a name that occurs several times, as `JSON.parse` returns it.
 *   Null when the text does not begin with an object, or when the object is malformed or truncated
 *
 * @example
 * ```ts
 * const bytes = new TextEncoder().encode('{"id":1,"metadata":{"a":[2],"b":3}}')
 * const metadata = memberRanges(bytes, { metadata: { b: null } })?.get('metadata')
 * const b = metadata?.members?.get('b')
 * const text = new TextDecoder().decode(bytes.subarray(b?.start, b?.end)) // '3'
 * ```
 */
export function memberRanges(
  bytes: Uint8Array,
  wanted: WantedMembers,
): ReadonlyMap<string, MemberRange> | null {
  const start = skipSpace(bytes, 0)
  return bytes[start] === openBrace ? (readObject(bytes, start, wanted)?.members ?? null) : null
}

/** Reads the object that begins at `start`. Returns null when it is malformed or truncated. */
function readObject(bytes: Uint8Array, start: number, wanted: WantedMembers): MemberRange | null {
  const members = new Map<string, MemberRange>()
  let at = skipSpace(bytes, start + 1)
  if (bytes[at] === closeBrace) return { start, end: at + 1, members }
  for (;;) {
    if (bytes[at] !== quote) return null
    const nameEnd = endOfString(bytes, at)
    const name = parseName(bytes, at, nameEnd)
    const separator = skipSpace(bytes, nameEnd)
    if (name === null || bytes[separator] !== colon) return null
    const valueStart = skipSpace(bytes, separator + 1)
    const inner = Object.hasOwn(wanted, name) ? wanted[name] : undefined
    const value =
      inner !== undefined && inner !== null && bytes[valueStart] === openBrace
        ? readObject(bytes, valueStart, inner)
        : { start: valueStart, end: endOfValue(bytes, valueStart), members: null }
    if (value === null || value.end === valueStart) return null
    if (inner !== undefined) members.set(name, value)
    at = skipSpace(bytes, value.end)
    if (bytes[at] === closeBrace) return { start, end: at + 1, members }
    if (bytes[at] !== comma) return null
    at = skipSpace(bytes, at + 1)
  }
}

/** Parses the name between these offsets. Returns null when it is not a JSON string. */
function parseName(bytes: Uint8Array, start: number, end: number): string | null {
  try {
    const name: unknown = JSON.parse(decoder.decode(bytes.subarray(start, end)))
    return typeof name === 'string' ? name : null
  } catch {
    return null
  }
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length && isSpace(bytes[at])) at += 1
  return at
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

/** Returns the offset after the string that begins at `start`, or the length of the bytes when it has no end. */
function endOfString(bytes: Uint8Array, start: number): number {
  // Most strings are short, so this loop is faster than `indexOf`.
  for (let at = start + 1; at < bytes.length; at += 1) {
    const byte = bytes[at]
    if (byte === quote) return at + 1
    if (byte === backslash) at += 1
  }
  return bytes.length
}

/** Returns the offset after the value that begins at `start`, or `start` when there is no complete value. */
function endOfValue(bytes: Uint8Array, start: number): number {
  const first = bytes[start]
  if (first === quote) return endOfString(bytes, start)
  if (first !== openBrace && first !== openBracket) return endOfLiteral(bytes, start)
  let depth = 0
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at]
    if (byte === quote) at = endOfString(bytes, at) - 1
    else if (byte === openBrace || byte === openBracket) depth += 1
    else if (byte === closeBrace || byte === closeBracket) {
      depth -= 1
      if (depth === 0) return at + 1
    }
  }
  return start
}

/** Returns the offset after the number, `true`, `false` or `null` that begins at `start`. */
function endOfLiteral(bytes: Uint8Array, start: number): number {
  let at = start
  for (; at < bytes.length; at += 1) {
    const byte = bytes[at]
    if (byte === comma || byte === closeBrace || byte === closeBracket || isSpace(byte)) break
  }
  return at
}
