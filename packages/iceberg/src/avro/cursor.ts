import type { Int64 } from '@headgate/json'
import { AvroError } from './avro-error.ts'

const low32 = 2 ** 32

/**
 * Reads Avro's primitive encodings from one buffer. Throws `AvroError` when the buffer ends too early. `at` is the
 * position of the next byte.
 */
export class Cursor {
  readonly bytes: Buffer
  at: number

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes
    this.at = at
  }

  get remaining(): number {
    return this.bytes.length - this.at
  }

  byte(): number {
    const value = this.bytes[this.at]
    if (value === undefined) throw tooShort()
    this.at += 1
    return value
  }

  /** Reads an int or long (zig-zag, seven bits per byte) exactly: a number if it is safe, and otherwise a bigint. */
  long(): Int64 {
    const { bytes } = this
    let { at } = this
    let byte = bytes[at++] ?? fail()
    if (byte < 0x80) {
      this.at = at
      return (byte >>> 1) ^ -(byte & 1)
    }
    // The value is collected in words of 28 bits, which fit into the small integers of JavaScript engines.
    let low = byte & 0x7f
    for (let shift = 7; shift < 28; shift += 7) {
      byte = bytes[at++] ?? fail()
      low |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        this.at = at
        return (low >>> 1) ^ -(low & 1)
      }
    }
    let high = 0
    for (let shift = 0; shift < 28; shift += 7) {
      byte = bytes[at++] ?? fail()
      high |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        this.at = at
        return fromWords(low, high, 0)
      }
    }
    byte = bytes[at++] ?? fail()
    let top = byte & 0x7f
    if (byte >= 0x80) {
      byte = bytes[at++] ?? fail()
      if (byte > 1) throw new AvroError('contains an integer of more than 64 bits')
      top |= byte << 7
    }
    this.at = at
    return fromWords(low, high, top)
  }

  /** Reads an int or long that must be a safe integer of JavaScript, such as a length or a count. */
  integer(): number {
    const value = this.long()
    if (typeof value !== 'number') throw new AvroError('contains an impossible length or count')
    return value
  }

  skipInteger(): void {
    for (let index = 0; this.byte() >= 0x80; index += 1) {
      if (index === 9) throw new AvroError('contains an integer of more than 64 bits')
    }
  }

  skip(length: number): void {
    if (length < 0 || length > this.remaining) throw tooShort()
    this.at += length
  }

  float(): number {
    this.skip(4)
    return this.bytes.readFloatLE(this.at - 4)
  }

  double(): number {
    this.skip(8)
    return this.bytes.readDoubleLE(this.at - 8)
  }

  /** Reads the next `length` bytes. Returns a view of the buffer, not a copy. */
  take(length: number): Buffer {
    this.skip(length)
    return this.bytes.subarray(this.at - length, this.at)
  }

  string(): string {
    const length = this.integer()
    this.skip(length)
    return this.bytes.toString('utf8', this.at - length, this.at)
  }

  skipBytes(): void {
    this.skip(this.integer())
  }
}

/** Decodes a zig-zag integer of 64 bits from its lowest 28 bits, the next 28, and the highest 8. */
function fromWords(low: number, high: number, top: number): Int64 {
  const lower = (low | (high << 28)) >>> 0
  const upper = ((high >>> 4) | (top << 24)) >>> 0
  const sign = -(lower & 1)
  // Decodes zig-zag: shifts right by one bit, and inverts all bits of a negative value. Uses two words of 32 bits.
  const lowWord = (((lower >>> 1) | (upper << 31)) ^ sign) >>> 0
  const highWord = (upper >>> 1) ^ sign
  const value = highWord * low32 + lowWord
  return Number.isSafeInteger(value) ? value : (BigInt(highWord) << 32n) | BigInt(lowWord)
}

function fail(): never {
  throw tooShort()
}

function tooShort(): AvroError {
  return new AvroError('ends in the middle of a value')
}
