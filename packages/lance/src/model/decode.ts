import { isInt64, type Int64, type Json, type JsonObject } from '@headgate/json'
import { within, WireError } from './wire-error.ts'

/**
 * Reads one value of the protocol.
 *
 * @throws {WireError} when it is not what it should be
 */
export type Decoder<T> = (value: Json) => T

/** One of the values that the protocol lists, in this spelling or another; servers may know more. */
export type Spelled<Known extends string> = Known | (string & Record<never, never>)

/** String keys to string values, as in every `properties` of the protocol. */
export type StringMap = Readonly<Record<string, string>>

const mismatch = (expected: string, value: Json): WireError =>
  new WireError(`expected ${expected}, found ${kindOf(value)}`)

function kindOf(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'bigint') return 'a number'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

export function text(value: Json): string {
  if (typeof value !== 'string') throw mismatch('a string', value)
  return value
}

export function oneOf<const Value extends string>(...values: readonly Value[]): Decoder<Value> {
  return (value) => {
    const found = values.find((each) => each === value)
    if (found === undefined) throw new WireError(`expected one of ${values.join(', ')}`)
    return found
  }
}

export function flag(value: Json): boolean {
  if (typeof value !== 'boolean') throw mismatch('true or false', value)
  return value
}

export function int64(value: Json): Int64 {
  if (!isInt64(value)) throw mismatch('a 64-bit integer', value)
  return value
}

export function int32(value: Json): number {
  if (typeof value !== 'number' || (value | 0) !== value) throw mismatch('a 32-bit integer', value)
  return value
}

/** A number that may have a fraction. One that is an integer beyond 2^53 loses what a double does not hold. */
export function float(value: Json): number {
  if (typeof value !== 'number' && typeof value !== 'bigint') throw mismatch('a number', value)
  return Number(value)
}

export function object(value: Json): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw mismatch('an object', value)
  return value as JsonObject
}

export function list<T>(item: Decoder<T>): Decoder<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) throw mismatch('an array', value)
    return (value as readonly Json[]).map((element, index) => at(`[${index}]`, item, element))
  }
}

/** Exactly two strings. */
export function pair(value: Json): readonly [string, string] {
  const [first, second, ...more] = texts(value)
  if (first === undefined || second === undefined || more.length > 0)
    throw new WireError('expected two strings')
  return [first, second]
}

export function map<T>(item: Decoder<T>): Decoder<Readonly<Record<string, T>>> {
  return (value) =>
    Object.fromEntries(
      Object.entries(object(value)).map(([key, member]) => [
        key,
        at(`[${JSON.stringify(key)}]`, item, member ?? null),
      ]),
    )
}

export const texts: Decoder<readonly string[]> = list(text)
export const textMap: Decoder<StringMap> = map(text)

/** A value that may be null. */
export function nullable<T>(decode: Decoder<T>): Decoder<T | null> {
  return (value) => (value === null ? null : decode(value))
}

/** A decoder that is made when it is first needed, for what contains itself. */
export function lazy<T>(decoder: () => Decoder<T>): Decoder<T> {
  return (value) => decoder()(value)
}

/** Reads a value that stands at a place of its own. */
export function at<T>(place: string, decode: Decoder<T>, value: Json): T {
  try {
    return decode(value)
  } catch (error) {
    throw within(place, error)
  }
}
