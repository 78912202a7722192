/**
 * Error of this package: the text is not JSON, the value cannot be written as JSON, or the integer is outside 64 bits.
 * The message states the cause and the position. It shows at most one character of the input, so that no secret of
 * the input gets into logs.
 */
export class JsonError extends Error {
  override readonly name = 'JsonError'
  /** Offset of the offending character from the start of the text, in UTF-16 units. */
  readonly position?: number

  constructor(message: string, position?: number, options?: ErrorOptions) {
    super(message, options)
    if (position !== undefined) this.position = position
  }
}

/** Error that `parse` throws when a text contains more values than the option `maxValues` allows. */
export class JsonLimitError extends JsonError {
  /** Value of the option `maxValues`, which the text exceeds. */
  readonly maxValues: number

  constructor(maxValues: number, position: number) {
    super(`more than ${maxValues} values`, position)
    this.maxValues = maxValues
  }
}
