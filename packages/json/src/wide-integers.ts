import { JsonError } from './json-error.ts'

/** BigInt(text) takes time that grows faster than its length; this bound keeps hostile digits cheap. */
const MAX_DIGITS = 4096

/**
 * The integers of one text that lie outside the safe range, found again by the double that JSON.parse rounds them
 * to. Identifiers rarely share a double; when two numbers do, the double no longer tells which one was written, and
 * `ambiguous` says so.
 */
export class WideIntegers {
  ambiguous = false
  /** Whether a number is to keep its text. */
  otherText = false
  readonly #keepText: boolean
  readonly #integers = new Map<number, { readonly digits: string; readonly value: bigint }>()
  readonly #floats = new Set<number>()

  constructor(keepText: boolean) {
    this.#keepText = keepText
  }

  get size(): number {
    return this.#integers.size
  }

  /** Notes an integer as written. Those within the safe range are left to JSON.parse. */
  addInteger(digits: string, position: number): void {
    const rounded = Number(digits)
    if (Number.isSafeInteger(rounded)) return
    const known = this.#integers.get(rounded)
    if (known !== undefined) {
      if (known.digits !== digits) this.ambiguous = true
      return
    }
    this.#integers.set(rounded, { digits, value: exactInteger(digits, position) })
    if (this.#floats.has(rounded)) this.ambiguous = true
  }

  /** Notes a number written with a fraction or an exponent: it stays a double, whichever integers share it. */
  addFloat(value: number): void {
    if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return
    this.#floats.add(value)
    if (this.#integers.has(value)) this.ambiguous = true
  }

  /** Notes the text of a number that is no plain integer, or ends in 0. */
  addText(text: string, start: number, end: number): void {
    if (this.#keepText && !this.otherText) this.otherText = isOtherNumber(text.slice(start, end))
  }

  /** What was written where JSON.parse made this number; right unless `ambiguous`. */
  restore(rounded: number): number | bigint {
    return this.#integers.get(rounded)?.value ?? rounded
  }
}

/** Whether a JavaScript number writes a number with a fraction, an exponent or the value -0 in another way. */
export const isOtherNumber = (token: string): boolean => String(Number(token)) !== token

/** @throws {JsonError} when there are more than 4096 digits */
export function exactInteger(digits: string, position: number): bigint {
  if (digits.length > MAX_DIGITS)
    throw new JsonError(`integer of more than ${MAX_DIGITS} digits at offset ${position}`, position)
  return BigInt(digits)
}
