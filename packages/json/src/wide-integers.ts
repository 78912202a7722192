import { JsonError } from './json-error.ts'

/**
 * Maximum number of digits of an integer in a JSON text. The limit exists because the time of `BigInt(text)` grows
 * faster than the length of the text.
 */
const MAX_DIGITS = 4096

/**
 * Restores the integers of one text that are outside the range of safe integers: maps each rounded double that
 * JSON.parse returns to the exact integer. If two different numbers of the text round to the same double, the map
 * cannot restore them, and `ambiguous` is true.
 */
export class WideIntegers {
  /** Whether two different numbers of the text round to the same double. */
  ambiguous = false
  /** Whether the text contains a number whose text must be kept, because a JavaScript number would change it. */
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

  /** Records the digits of an integer. Ignores safe integers, because JSON.parse reads them exactly. */
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

  /**
   * Records a number with a fraction or an exponent. Such a number remains a double, and may round to the same double
   * as an integer.
   */
  addFloat(value: number): void {
    if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return
    this.#floats.add(value)
    if (this.#integers.has(value)) this.ambiguous = true
  }

  /**
   * Records whether the text of a number must be kept. Called for numbers whose text JavaScript may write in another
   * form.
   */
  addText(text: string, start: number, end: number): void {
    if (this.#keepText && !this.otherText) this.otherText = changesText(text.slice(start, end))
  }

  /**
   * Returns the exact integer for a double that JSON.parse returned. The result is correct only if `ambiguous` is
   * false.
   */
  restore(rounded: number): number | bigint {
    return this.#integers.get(rounded)?.value ?? rounded
  }
}

/**
 * Returns whether the conversion of a token to a JavaScript number and back would change its text, as for `1.0`, `1e5`
 * and `-0`.
 */
export const changesText = (token: string): boolean => String(Number(token)) !== token

/**
 * Converts the digits of an integer to a bigint.
 *
 * @throws {JsonError} when there are more than 4096 digits
 */
export function exactInteger(digits: string, position: number): bigint {
  if (digits.length > MAX_DIGITS)
    throw new JsonError(`integer of more than ${MAX_DIGITS} digits at offset ${position}`, position)
  return BigInt(digits)
}
