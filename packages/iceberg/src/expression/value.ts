import type { Int64 } from '@headgate/json'
import type { Primitive } from '../metadata/schema/primitive.ts'

/**
 * Value of a primitive type that can be compared with other values of the type: dates and times in their unit since
 * the epoch, decimals as unscaled integers, uuids, fixed and binary values as bytes.
 */
export type Value = boolean | Int64 | string | Buffer

/** Compares two values of one type. Strings are compared by code points, and bytes without sign. */
export function compareValues(a: Value, b: Value): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b)
  if (Buffer.isBuffer(a) && Buffer.isBuffer(b)) return Buffer.compare(a, b)
  // A negative zero is less than zero, as in Java.
  if (a === 0 && b === 0) return Number(Object.is(b, -0)) - Number(Object.is(a, -0))
  return a < b ? -1 : a > b ? 1 : 0
}

/** Compares by code points. JavaScript compares by UTF-16 units, which order surrogates before U+E000 to U+FFFF. */
function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at += 1) {
    const left = a.charCodeAt(at)
    const right = b.charCodeAt(at)
    if (left === right) continue
    const isSurrogate = left >= 0xd800 && left < 0xe000
    if (isSurrogate !== (right >= 0xd800 && right < 0xe000)) return isSurrogate ? 1 : -1
    return left - right
  }
  return a.length - b.length
}

/** Returns whether a string or byte value begins with a prefix. */
export function hasPrefix(value: Value, prefix: Value): boolean {
  if (typeof value === 'string' && typeof prefix === 'string') return value.startsWith(prefix)
  if (!Buffer.isBuffer(value) || !Buffer.isBuffer(prefix)) return false
  return value.length >= prefix.length && value.subarray(0, prefix.length).equals(prefix)
}

/**
 * Decodes a bound (Iceberg table specification, appendix D, binary single-value serialization). Bounds of a file that
 * was written before its column was promoted have the length of the earlier type. Returns null for bytes that do not
 * represent a value of the type, and for types without an order.
 *
 * @example
 * ```ts
 * decodeBound(parsePrimitive('int'), Buffer.from([7, 0, 0, 0])) // 7
 * ```
 */
export function decodeBound({ kind }: Primitive, bytes: Buffer): Value | null {
  switch (kind) {
    case 'boolean':
      return bytes.length === 1 ? bytes[0] !== 0 : null
    case 'int':
    case 'date':
      return bytes.length === 4 ? bytes.readInt32LE() : null
    case 'long':
      return bytes.length === 4 ? bytes.readInt32LE() : readLong(bytes)
    case 'time':
    case 'timestamp':
    case 'timestamptz':
    case 'timestamp_ns':
    case 'timestamptz_ns':
      return readLong(bytes)
    case 'float':
      return bytes.length === 4 ? bytes.readFloatLE() : null
    case 'double':
      if (bytes.length === 4) return bytes.readFloatLE()
      return bytes.length === 8 ? bytes.readDoubleLE() : null
    case 'decimal':
      return bytes.length === 0 || bytes.length > 16 ? null : unscaled(bytes)
    case 'string':
      return bytes.toString()
    case 'fixed':
    case 'binary':
      return bytes
    case 'uuid':
      return bytes.length === 16 ? bytes : null
    default:
      return null
  }
}

function readLong(bytes: Buffer): Int64 | null {
  if (bytes.length !== 8) return null
  const value = bytes.readBigInt64LE()
  return isSafe(value) ? Number(value) : value
}

/** Decodes a big-endian integer in two's complement, such as the unscaled value of a decimal. */
export function unscaled(bytes: Buffer): Int64 {
  const value = BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`))
  return isSafe(value) ? Number(value) : value
}

export function isSafe(value: bigint): boolean {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER)
}

/** Converts a bigint to a number if the number is a safe integer, and returns other bigints unchanged. */
export function canonical(value: bigint): Int64 {
  return isSafe(value) ? Number(value) : value
}

/**
 * Returns a copy of a UUID whose byte order equals the order of Java's `UUID`, which compares two signed longs. Some
 * writers sort the UUIDs of bounds in this order, and others by their unsigned bytes.
 */
export function signedUuid(value: Value): Value {
  if (!Buffer.isBuffer(value) || value.length !== 16) return value
  const bytes = Buffer.from(value)
  bytes[0] = (bytes[0] ?? 0) ^ 0x80
  bytes[8] = (bytes[8] ?? 0) ^ 0x80
  return bytes
}
