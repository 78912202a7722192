import { HeadgateError } from '@headgate/errors'
import { isInt64, toInt64, type Int64, type Json, type JsonObject } from '@headgate/json'

// Reading typed fields out of JSON. `where` says in which object, for the message: "Cannot parse snapshot: …".

const INT_MIN = -(2 ** 31)
const INT_MAX = 2 ** 31 - 1

/** What is thrown for anything a client got wrong: bad-request. */
export function invalid(message: string, cause?: unknown): HeadgateError {
  return new HeadgateError('bad-request', message, cause === undefined ? {} : { cause })
}

function wrong(where: string, key: string, expected: string): HeadgateError {
  return invalid(`Cannot parse ${where}: ${key} must be ${expected}`)
}

function get(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? (object[key] ?? undefined) : undefined
}

function required<T>(value: T | undefined, key: string, where: string): T {
  if (value === undefined) throw invalid(`Cannot parse ${where}: missing required field: ${key}`)
  return value
}

/** A field of which only the presence matters here; null counts as missing. */
export function optionalField(object: JsonObject, key: string): Json | undefined {
  return get(object, key)
}

export function requiredField(object: JsonObject, key: string, where: string): Json {
  return required(get(object, key), key, where)
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function asObject(value: Json | undefined, where: string): JsonObject {
  if (!isJsonObject(value)) throw invalid(`Cannot parse ${where}: not an object`)
  return value
}

export function asArray(value: Json | undefined, where: string): readonly Json[] {
  if (!Array.isArray(value)) throw invalid(`Cannot parse ${where}: not an array`)
  return value as readonly Json[]
}

export function optionalString(object: JsonObject, key: string, where: string): string | undefined {
  const value = get(object, key)
  if (value !== undefined && typeof value !== 'string') throw wrong(where, key, 'a string')
  return value
}

export function requiredString(object: JsonObject, key: string, where: string): string {
  return required(optionalString(object, key, where), key, where)
}

export function requiredBoolean(object: JsonObject, key: string, where: string): boolean {
  const value = required(get(object, key), key, where)
  if (typeof value !== 'boolean') throw wrong(where, key, 'a boolean')
  return value
}

function isInt(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= INT_MIN && value <= INT_MAX
}

export function optionalInt(object: JsonObject, key: string, where: string): number | undefined {
  const value = get(object, key)
  if (value !== undefined && !isInt(value)) throw wrong(where, key, 'a 32-bit integer')
  return value
}

export function requiredInt(object: JsonObject, key: string, where: string): number {
  return required(optionalInt(object, key, where), key, where)
}

export function optionalLong(object: JsonObject, key: string, where: string): Int64 | undefined {
  const value = get(object, key)
  if (value === undefined) return undefined
  if (!isInt64(value)) throw wrong(where, key, 'a 64-bit integer')
  return toInt64(value)
}

export function requiredLong(object: JsonObject, key: string, where: string): Int64 {
  return required(optionalLong(object, key, where), key, where)
}

export function requiredInts(object: JsonObject, key: string, where: string): readonly number[] {
  return required(optionalInts(object, key, where), key, where)
}

export function optionalInts(object: JsonObject, key: string, where: string): readonly number[] | undefined {
  const value = get(object, key)
  if (value === undefined) return undefined
  if (!Array.isArray(value) || !value.every(isInt)) throw wrong(where, key, 'a list of 32-bit integers')
  return value
}

export function requiredLongs(object: JsonObject, key: string, where: string): readonly Int64[] {
  const value = required(get(object, key), key, where)
  if (!Array.isArray(value) || !value.every(isInt64)) throw wrong(where, key, 'a list of 64-bit integers')
  return value
}

export function optionalStrings(
  object: JsonObject,
  key: string,
  where: string,
): readonly string[] | undefined {
  const value = get(object, key)
  if (value === undefined) return undefined
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
    throw wrong(where, key, 'a list of strings')
  return value
}

export function optionalStringMap(
  object: JsonObject,
  key: string,
  where: string,
): Readonly<Record<string, string>> | undefined {
  const value = get(object, key)
  if (value === undefined) return undefined
  if (!isJsonObject(value)) throw wrong(where, key, 'an object')
  for (const name of Object.keys(value))
    if (typeof value[name] !== 'string') throw wrong(where, `${key}.${name}`, 'a string')
  return value as Readonly<Record<string, string>>
}

export function requiredStringMap(
  object: JsonObject,
  key: string,
  where: string,
): Readonly<Record<string, string>> {
  return required(optionalStringMap(object, key, where), key, where)
}

/**
 * The same object without those of the given fields that are null: a null is the same as a missing optional field,
 * and only one of the two should reach the code behind the decoder. Returns the object itself when there are none.
 */
export function withoutNulls(object: JsonObject, keys: readonly string[]): JsonObject {
  const nulls = keys.filter((key) => Object.hasOwn(object, key) && object[key] === null)
  return nulls.length === 0 ? object : without(object, nulls)
}

/** A copy without the given fields. */
export function without(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)))
}
