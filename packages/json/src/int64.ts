import { JsonError } from './json-error.ts'
import type { Int64 } from './types.ts'

const MIN = -(2n ** 63n)
const MAX = 2n ** 63n - 1n
const DECIMAL = /^(?:0|-?[1-9]\d{0,18})$/

const outside = (): JsonError => new JsonError('integer does not fit in 64 bits')

function canonical(value: bigint): Int64 {
  if (value < MIN || value > MAX) throw outside()
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/**
 * Brings an integer into canonical form. A string must be plain decimal digits (`-` allowed, no `+`, no leading
 * zeros); a number must be a safe integer, because any other has already lost digits.
 *
 * @throws {JsonError} when it is not an integer, or not within signed 64 bits
 * @example toInt64('3055729675574597004') // 3055729675574597004n
 * @example toInt64(42n) // 42
 */
export function toInt64(value: bigint | number | string): Int64 {
  switch (typeof value) {
    case 'bigint':
      return canonical(value)
    case 'number':
      // Adding 0 turns -0 into 0.
      if (Number.isSafeInteger(value)) return value + 0
      throw new JsonError(
        Number.isInteger(value) ? 'integer is too large to be exact as a number' : 'number is not an integer',
      )
    default:
      if (!DECIMAL.test(value)) throw new JsonError('text is not a 64-bit integer in decimal digits')
      return canonical(BigInt(value))
  }
}

/** Whether a value is a canonical {@link Int64}: a safe integer, or a bigint beyond those and within 64 bits. */
export function isInt64(value: unknown): value is Int64 {
  if (typeof value === 'number') return Number.isSafeInteger(value)
  if (typeof value !== 'bigint' || value < MIN || value > MAX) return false
  return !Number.isSafeInteger(Number(value))
}

/**
 * Exact sum, in canonical form.
 *
 * @throws {JsonError} when the sum leaves signed 64 bits: it never wraps around
 */
export function addInt64(a: Int64, b: Int64): Int64 {
  if (typeof a === 'number' && typeof b === 'number') {
    // A true sum beyond the safe range never rounds back into it, so this test is exact.
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  return canonical(BigInt(a) + BigInt(b))
}

/** Order for `sort`: -1, 0 or 1. Exact across numbers and bigints. */
export function compareInt64(a: Int64, b: Int64): -1 | 0 | 1 {
  if (a < b) return -1
  return a > b ? 1 : 0
}
