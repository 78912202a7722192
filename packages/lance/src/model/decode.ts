import { isInt64, type Int64, type Json, type JsonObject } from '@headgate/json'
import { prependPlace, WireError } from './wire-error.ts'

/**
 * Validates one value of the protocol and returns it with its type.
 *
 * @throws {WireError} when the value does not conform to the specification
 */
export type Decoder<T> = (value: Json) => T

/**
 * String with known values in the specification. Servers may send other values, or other spellings of these values.
 */
export type OpenEnum<Known extends string> = Known | (string & Record<never, never>)

/** Map of strings to strings, such as every `properties` of the protocol. */
export type StringMap = Readonly<Record<string, string>>

const mismatch = (expected: string, value: Json): WireError =>
  new WireError(`expected ${expected}, found ${describeType(value)}`)

function describeType(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'bigint') return 'a number'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** Validates a string. */
export function text(value: Json): string {
  if (typeof value !== 'string') throw mismatch('a string', value)
  return value
}

/** Creates a decoder that accepts only the passed strings. */
export function oneOf<const Value extends string>(...values: readonly Value[]): Decoder<Value> {
  return (value) => {
    const found = values.find((each) => each === value)
    if (found === undefined) throw new WireError(`expected one of ${values.join(', ')}`)
    return found
  }
}

/** Validates a boolean. */
export function flag(value: Json): boolean {
  if (typeof value !== 'boolean') throw mismatch('true or false', value)
  return value
}

/** Validates an integer of 64 bits. */
export function int64(value: Json): Int64 {
  if (!isInt64(value)) throw mismatch('a 64-bit integer', value)
  return value
}

/** Validates an integer of 32 bits. */
export function int32(value: Json): number {
  if (typeof value !== 'number' || (value | 0) !== value) throw mismatch('a 32-bit integer', value)
  return value
}

/** Validates a number and converts it to a double. An integer beyond 2^53 is rounded. */
export function float(value: Json): number {
  if (typeof value !== 'number' && typeof value !== 'bigint') throw mismatch('a number', value)
  return Number(value)
}

/** Validates an object. Does not check its members. */
export function object(value: Json): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw mismatch('an object', value)
  return value as JsonObject
}

/** Creates a decoder for an array. `item` decodes each element. */
export function list<T>(item: Decoder<T>): Decoder<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) throw mismatch('an array', value)
    return (value as readonly Json[]).map((element, index) => at(`[${index}]`, item, element))
  }
}

/** Validates an array of exactly two strings. */
export function pair(value: Json): readonly [string, string] {
  const [first, second, ...more] = texts(value)
  if (first === undefined || second === undefined || more.length > 0)
    throw new WireError('expected two strings')
  return [first, second]
}

/** Creates a decoder for an object with any keys and members of one type. */
export function map<T>(item: Decoder<T>): Decoder<Readonly<Record<string, T>>> {
  return (value) =>
    Object.fromEntries(
      Object.entries(object(value)).map(([key, member]) => [
        key,
        at(`[${JSON.stringify(key)}]`, item, member ?? null),
      ]),
    )
}

/** Validates an array of strings. */
export const texts: Decoder<readonly string[]> = list(text)
/** Validates a map of strings to strings. */
export const textMap: Decoder<StringMap> = map(text)

/** Creates a decoder that also accepts null. */
export function nullable<T>(decode: Decoder<T>): Decoder<T | null> {
  return (value) => (value === null ? null : decode(value))
}

/** Creates a decoder that is evaluated on first use, for schemas that contain themselves. */
export function lazy<T>(decoder: () => Decoder<T>): Decoder<T> {
  return (value) => decoder()(value)
}

/**
 * Decodes a value of a larger document. If decoding fails, prepends `place` (a member name or `[index]`) to the path
 * in the error.
 */
export function at<T>(place: string, decode: Decoder<T>, value: Json): T {
  try {
    return decode(value)
  } catch (error) {
    throw prependPlace(place, error)
  }
}
