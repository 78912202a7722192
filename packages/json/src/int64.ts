import { JsonError } from './json-error.ts'
import type { Int64 } from './types.ts'

const MIN = -(2n ** 63n)
const MAX = 2n ** 63n - 1n
const DECIMAL = /^(?:0|-?[1-9]\d{0,18})$/

function toCanonical(value: bigint): Int64 {
  if (value < MIN || value > MAX) throw new JsonError('integer does not fit in 64 bits')
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/**
 * Converts an integer to canonical form. A string must consist of decimal digits with an optional `-`, without `+` and
 * without leading zeros. A number must be a safe integer, because a larger number has already lost digits.
 *
 * @throws {JsonError} when the value is not an integer, or outside signed 64 bits
 * @example toInt64('3055729675574597004') // 3055729675574597004n
 * @example toInt64(42n) // 42
 */
export function toInt64(value: bigint | number | string): Int64 {
  switch (typeof value) {
    case 'bigint':
      return toCanonical(value)
    case 'number':
      // The addition of 0 converts -0 to 0.
      if (Number.isSafeInteger(value)) return value + 0
      throw new JsonError(
        Number.isInteger(value) ? 'integer is too large to be exact as a number' : 'number is not an integer',
      )
    default:
      if (!DECIMAL.test(value)) throw new JsonError('text is not a 64-bit integer in decimal digits')
      return toCanonical(BigInt(value))
  }
}

/**
 * Returns whether a value is a canonical {@link Int64}: a safe integer, or a larger bigint within signed 64 bits.
 *
 * @example
 * ```ts
 * isInt64(3055729675574597004n) // true
 * isInt64(1.5) // false
 * ```
 */
export function isInt64(value: unknown): value is Int64 {
  if (typeof value === 'number') return Number.isSafeInteger(value)
  if (typeof value !== 'bigint' || value < MIN || value > MAX) return false
  return !Number.isSafeInteger(Number(value))
}

/**
 * Returns the exact sum of two integers in canonical form.
 *
 * @throws {JsonError} when the sum is outside the range of signed 64-bit integers
 *
 * @example
 * ```ts
 * addInt64(9_007_199_254_740_991, 1) // 9_007_199_254_740_992n
 * ```
 */
export function addInt64(a: Int64, b: Int64): Int64 {
  if (typeof a === 'number' && typeof b === 'number') {
    // A sum outside the range of safe integers never rounds to a safe integer. So if `sum` is safe, it is exact.
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  return toCanonical(BigInt(a) + BigInt(b))
}

/**
 * Returns the order of two integers for `sort`: -1, 0 or 1. Compares numbers and bigints exactly.
 *
 * @example
 * ```ts
 * compareInt64(3055729675574597004n, 42) // 1
 * ```
 */
export function compareInt64(a: Int64, b: Int64): -1 | 0 | 1 {
  if (a < b) return -1
  return a > b ? 1 : 0
}
