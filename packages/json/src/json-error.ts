/**
 * The error of this package: text that is not JSON, a value that cannot be written as JSON, or an integer
 * outside 64 bits. The message says what and where; of the input it shows single characters, never a stretch.
 */
export class JsonError extends Error {
  override readonly name = 'JsonError'
  /** Offset of the offending character (UTF-16 units) or, for invalid UTF-8, byte, counted from 0. */
  readonly position?: number

  constructor(message: string, position?: number, options?: ErrorOptions) {
    super(message, options)
    if (position !== undefined) this.position = position
  }
}

/** Refusal of a text that is JSON as far as it was read, and holds more values than the caller of `parse` allows. */
export class JsonLimitError extends JsonError {
  readonly maxValues: number

  constructor(maxValues: number, position: number) {
    super(`more than ${maxValues} values`, position)
    this.maxValues = maxValues
  }
}
