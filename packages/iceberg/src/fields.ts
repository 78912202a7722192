import type { HeadgateError } from '@headgate/errors'
import { isInt64, isRawNumber, toInt64, type Int64, type Json, type JsonObject } from '@headgate/json'
import { invalid, within } from './field-error.ts'

/** String keys to string values, as in every `properties` map of the protocol. */
export type StringMap = Readonly<Record<string, string>>

/** Reads one value, or throws what `invalid` makes. */
export type Decoder<T> = (value: Json) => T

/** Reads a value that stands at a place of its own: `at` is that place, or the name of the document. */
export function decodeAt<T>(at: string, value: Json, decode: Decoder<T>): T {
  try {
    return decode(value)
  } catch (error) {
    throw within(at, error)
  }
}

/** What is thrown for a value that is not what it should be; without a place, it is the body of a request. */
export const unfit = (reason: string): HeadgateError => invalid(`Invalid request body: ${reason}`, reason)

function kindOf(value: Json | undefined): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'bigint' || isRawNumber(value)) return 'a number'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

const mismatch = (expected: string, value: Json | undefined): HeadgateError =>
  unfit(`expected ${expected}, found ${kindOf(value)}`)

/** A member that must be there. */
export function required<T>(object: JsonObject, name: string, decode: Decoder<T>): T {
  const value = object[name]
  if (value === undefined) throw missing(name)
  try {
    return decode(value)
  } catch (error) {
    throw within(name, error)
  }
}

/** A member that may be absent or null. */
export function optional<T>(object: JsonObject, name: string, decode: Decoder<T>): T | undefined {
  const value = object[name]
  return value === undefined || value === null ? undefined : required(object, name, decode)
}

/** What is thrown for an object without a member that it must have. */
export const missing = (name: string): HeadgateError => unfit(`missing field ${name}`)

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value)
}

export function decodeObject(value: Json | undefined): JsonObject {
  if (!isJsonObject(value)) throw mismatch('an object', value)
  return value
}

export function decodeArray<T>(value: Json, item: Decoder<T>): readonly T[] {
  if (!Array.isArray(value)) throw mismatch('an array', value)
  const items: T[] = []
  try {
    for (const element of value as readonly Json[]) items.push(item(element))
  } catch (error) {
    throw within(`[${items.length}]`, error)
  }
  return items
}

export function decodeString(value: Json): string {
  if (typeof value !== 'string') throw mismatch('a string', value)
  return value
}

/** A string that every store can hold: well-formed Unicode without NUL. What is ill-formed would come back changed. */
export function decodeText(value: Json): string {
  const text = decodeString(value)
  if (!text.isWellFormed() || text.includes('\0')) throw unfit('not well-formed Unicode text')
  return text
}

export function decodeNonEmptyText(value: Json): string {
  const text = decodeText(value)
  if (text === '') throw unfit('must not be empty')
  return text
}

export function decodeBoolean(value: Json): boolean {
  if (typeof value !== 'boolean') throw mismatch('true or false', value)
  return value
}

/** A 32-bit integer, the size of every id of schemas and versions. */
export function decodeInt32(value: Json): number {
  if (typeof value !== 'number' || (value | 0) !== value) throw mismatch('a 32-bit integer', value)
  return value | 0
}

export function decodeInt64(value: Json): Int64 {
  if (!isInt64(value)) throw mismatch('a 64-bit integer', value)
  return toInt64(value)
}

export const decodeInt32s: Decoder<readonly number[]> = (value) => decodeArray(value, decodeInt32)
export const decodeInt64s: Decoder<readonly Int64[]> = (value) => decodeArray(value, decodeInt64)
export const decodeStrings: Decoder<readonly string[]> = (value) => decodeArray(value, decodeString)
export const decodeTexts: Decoder<readonly string[]> = (value) => decodeArray(value, decodeText)
export const decodeStringMap: Decoder<StringMap> = (value) => decodeMap(value, decodeString)
export const decodeTextMap: Decoder<StringMap> = (value) => decodeMap(value, decodeText)

function decodeMap(value: Json, decode: Decoder<string>): StringMap {
  const object = decodeObject(value)
  for (const key of Object.keys(object)) {
    try {
      decode(key)
      decode(object[key] ?? null)
    } catch (error) {
      throw within(`[${JSON.stringify(key)}]`, error)
    }
  }
  return object as StringMap
}

/**
 * The same object without those of the given fields that are null: a null is the same as a missing optional field,
 * and only one of the two should reach the code behind the decoder. Returns the object itself when there are none.
 */
export function withoutNulls(object: JsonObject, keys: readonly string[]): JsonObject {
  const nulls = keys.filter((key) => object[key] === null)
  return nulls.length === 0 ? object : without(object, nulls)
}

/** A copy without the given fields. */
export function without(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)))
}
