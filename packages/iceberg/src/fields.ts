import type { HeadgateError } from '@headgate/errors'
import { isInt64, isRawNumber, toInt64, type Int64, type Json, type JsonObject } from '@headgate/json'
import { invalid, prependPath } from './field-error.ts'

/** Map of strings to strings, such as the `properties` of a table, view or namespace. */
export type StringMap = Readonly<Record<string, string>>

/** Validates one JSON value and returns it with its type. Throws the error of `invalid` for a wrong value. */
export type Decoder<T> = (value: Json) => T

/**
 * Decodes a value. Prepends `at`, which is the path of the value or the name of the document, to the path in an error.
 */
export function decodeAt<T>(at: string, value: Json, decode: Decoder<T>): T {
  try {
    return decode(value)
  } catch (error) {
    throw prependPath(at, error)
  }
}

/** Returns the error for a wrong value. Without a path, the message refers to the request body. */
export const invalidField = (reason: string): HeadgateError =>
  invalid(`Invalid request body: ${reason}`, reason)

function describeType(value: Json | undefined): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'bigint' || isRawNumber(value)) return 'a number'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

const mismatch = (expected: string, value: Json | undefined): HeadgateError =>
  invalidField(`expected ${expected}, found ${describeType(value)}`)

/** Decodes a required member. */
export function required<T>(object: JsonObject, name: string, decode: Decoder<T>): T {
  const value = object[name]
  if (value === undefined) throw missing(name)
  try {
    return decode(value)
  } catch (error) {
    throw prependPath(name, error)
  }
}

/** Decodes an optional member. Returns undefined if it is absent or null. */
export function optional<T>(object: JsonObject, name: string, decode: Decoder<T>): T | undefined {
  const value = object[name]
  return value === undefined || value === null ? undefined : required(object, name, decode)
}

/** Returns the error for a missing required member. */
export const missing = (name: string): HeadgateError => invalidField(`missing field ${name}`)

/**
 * Returns whether a value is a JSON object. Returns false for raw numbers, which are JavaScript objects that contain
 * the text of a number.
 */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value)
}

/** Decodes an object. Does not check its members. */
export function decodeObject(value: Json | undefined): JsonObject {
  if (!isJsonObject(value)) throw mismatch('an object', value)
  return value
}

/** Decodes an array of items. */
export function decodeArray<T>(value: Json, item: Decoder<T>): readonly T[] {
  if (!Array.isArray(value)) throw mismatch('an array', value)
  const items: T[] = []
  try {
    for (const element of value as readonly Json[]) items.push(item(element))
  } catch (error) {
    throw prependPath(`[${items.length}]`, error)
  }
  return items
}

/** Decodes a string. */
export function decodeString(value: Json): string {
  if (typeof value !== 'string') throw mismatch('a string', value)
  return value
}

/** Decodes well-formed Unicode text without NUL. A database would change or refuse other strings. */
export function decodeText(value: Json): string {
  const text = decodeString(value)
  if (!text.isWellFormed() || text.includes('\0')) throw invalidField('not well-formed Unicode text')
  return text
}

/** Decodes text that is not empty. */
export function decodeNonEmptyText(value: Json): string {
  const text = decodeText(value)
  if (text === '') throw invalidField('must not be empty')
  return text
}

/** Decodes a boolean. */
export function decodeBoolean(value: Json): boolean {
  if (typeof value !== 'boolean') throw mismatch('true or false', value)
  return value
}

/** Decodes a 32-bit integer, the type of all ids of schemas and versions. */
export function decodeInt32(value: Json): number {
  if (typeof value !== 'number' || (value | 0) !== value) throw mismatch('a 32-bit integer', value)
  return value | 0
}

/** Decodes a 64-bit integer in canonical form. */
export function decodeInt64(value: Json): Int64 {
  if (!isInt64(value)) throw mismatch('a 64-bit integer', value)
  return toInt64(value)
}

/** Decodes an array of 32-bit integers. */
export const decodeInt32s: Decoder<readonly number[]> = (value) => decodeArray(value, decodeInt32)
/** Decodes an array of 64-bit integers. */
export const decodeInt64s: Decoder<readonly Int64[]> = (value) => decodeArray(value, decodeInt64)
/** Decodes an array of strings. */
export const decodeStrings: Decoder<readonly string[]> = (value) => decodeArray(value, decodeString)
/** Decodes an array of texts. See {@link decodeText}. */
export const decodeTexts: Decoder<readonly string[]> = (value) => decodeArray(value, decodeText)
/** Decodes a map of strings to strings. */
export const decodeStringMap: Decoder<StringMap> = (value) => decodeMap(value, decodeString)
/** Decodes a map of texts to texts. See {@link decodeText}. */
export const decodeTextMap: Decoder<StringMap> = (value) => decodeMap(value, decodeText)

function decodeMap(value: Json, decode: Decoder<string>): StringMap {
  const object = decodeObject(value)
  for (const key of Object.keys(object)) {
    try {
      decode(key)
      decode(object[key] ?? null)
    } catch (error) {
      throw prependPath(`[${JSON.stringify(key)}]`, error)
    }
  }
  return object as StringMap
}

/**
 * Removes the members of `keys` that are null. Null means the same as a missing optional member, and decoded values
 * never contain null for such a member. Returns `object` itself if none of these members is null.
 */
export function withoutNulls(object: JsonObject, keys: readonly string[]): JsonObject {
  const nulls = keys.filter((key) => object[key] === null)
  return nulls.length === 0 ? object : without(object, nulls)
}

/** Returns a copy of an object without the members of `keys`. */
export function without(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)))
}
