import { isInt64, type Int64, type Json, type JsonObject } from '@headgate/json'
import { HeadgateError } from '@headgate/errors'

/** String keys to string values, as in every `properties` map of the protocol. */
export type StringMap = Readonly<Record<string, string>>

/**
 * Reads one value; `at` is where it stands in the document, for the error message (`versions[0].summary`). The empty
 * string is the body of a request itself.
 */
export type Decoder<T> = (value: Json, at: string) => T

/** Refuses what stands at one place. */
export const invalid = (at: string, reason: string): HeadgateError =>
  new HeadgateError('bad-request', `Invalid ${at === '' ? 'request body' : at}: ${reason}`)

function kindOf(value: Json | undefined): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  switch (typeof value) {
    case 'object':
      return 'an object'
    case 'number':
    case 'bigint':
      return 'a number'
    default:
      return `a ${typeof value}`
  }
}

const mismatch = (at: string, expected: string, value: Json | undefined): HeadgateError =>
  invalid(at, `expected ${expected}, found ${kindOf(value)}`)

/** Where a member of the object at `at` stands. */
export const member = (at: string, name: string): string => (at === '' ? name : `${at}.${name}`)

export function decodeObject(value: Json, at: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw mismatch(at, 'an object', value)
  return value as JsonObject
}

/**
 * A string that every store can hold: well-formed Unicode without NUL. What is ill-formed would come back changed.
 */
export function decodeString(value: Json, at: string): string {
  if (typeof value !== 'string') throw mismatch(at, 'a string', value)
  if (!value.isWellFormed() || value.includes('\0')) {
    throw invalid(at, 'not well-formed Unicode text')
  }
  return value
}

export function decodeNonEmptyString(value: Json, at: string): string {
  const text = decodeString(value, at)
  if (text === '') throw invalid(at, 'must not be empty')
  return text
}

/** A 32-bit integer, the size of every id of schemas and versions. */
export function decodeInt32(value: Json, at: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || (value | 0) !== value) {
    throw mismatch(at, 'a 32-bit integer', value)
  }
  return value | 0
}

export function decodeInt64(value: Json, at: string): Int64 {
  if (!isInt64(value)) throw mismatch(at, 'a 64-bit integer', value)
  return value
}

export function decodeBoolean(value: Json, at: string): boolean {
  if (typeof value !== 'boolean') throw mismatch(at, 'true or false', value)
  return value
}

export function decodeArray<T>(value: Json, at: string, item: Decoder<T>): readonly T[] {
  if (!Array.isArray(value)) throw mismatch(at, 'an array', value)
  return (value as readonly Json[]).map((element, index) => item(element, `${at}[${index}]`))
}

export function decodeStringMap(value: Json, at: string): StringMap {
  // fromEntries defines members, so a key named "__proto__" stays an ordinary key.
  return Object.fromEntries(
    Object.entries(decodeObject(value, at)).map(([key, text]) => {
      decodeString(key, `${at}: key`)
      return [key, decodeString(text ?? null, `${at}[${JSON.stringify(key)}]`)]
    }),
  )
}

/** A member that must be there. */
export function required<T>(object: JsonObject, name: string, at: string, decode: Decoder<T>): T {
  const value = object[name]
  if (value === undefined) throw invalid(at, `missing field ${name}`)
  return decode(value, member(at, name))
}

/** A member that may be absent or null. */
export function optional<T>(object: JsonObject, name: string, at: string, decode: Decoder<T>): T | undefined {
  const value = object[name]
  return value === undefined || value === null ? undefined : decode(value, member(at, name))
}
