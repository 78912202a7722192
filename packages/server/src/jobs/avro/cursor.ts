import { AvroError } from './avro-error.ts'

/** Reads Avro's primitive encodings from one buffer. Throws `AvroError` when the buffer ends too early. */
export class Cursor {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get remaining(): number {
    return this.#bytes.length - this.#at
  }

  byte(): number {
    const value = this.#bytes[this.#at]
    if (value === undefined) throw new AvroError('ends in the middle of a value')
    this.#at += 1
    return value
  }

  /**
   * Reads an int or long (zig-zag, seven bits per byte), such as a length, a count or an enumeration. The value
   * must be a safe integer of JavaScript.
   */
  integer(): number {
    let low = 0
    let high = 0
    for (let index = 0; ; index += 1) {
      const byte = this.byte()
      if (index < 4) low += (byte & 0x7f) * 2 ** (7 * index)
      else high += (byte & 0x7f) * 2 ** (7 * (index - 4))
      if ((byte & 0x80) === 0) break
      if (index === 9) throw new AvroError('contains an integer of more than 64 bits')
    }
    const encoded = high * 2 ** 28 + low
    if (encoded > Number.MAX_SAFE_INTEGER) throw new AvroError('contains an impossible length or count')
    return low % 2 === 0 ? encoded / 2 : -(encoded + 1) / 2
  }

  skipInteger(): void {
    for (let index = 0; (this.byte() & 0x80) !== 0; index += 1) {
      if (index === 9) throw new AvroError('contains an integer of more than 64 bits')
    }
  }

  skip(length: number): void {
    if (length < 0 || length > this.remaining) throw new AvroError('ends in the middle of a value')
    this.#at += length
  }

  /** Returns a view of the bytes, not a copy. */
  bytes(): Buffer {
    const length = this.integer()
    const from = this.#at
    this.skip(length)
    return this.#bytes.subarray(from, from + length)
  }

  string(): string {
    return this.bytes().toString()
  }

  skipBytes(): void {
    this.skip(this.integer())
  }
}
