/** Field of a protobuf message: its number, and its value by its wire type. */
export interface ProtobufField {
  readonly number: number
  /** Value of a varint or fixed-width field, as an unsigned integer. 0n for other fields. */
  readonly integer: bigint
  /** Value of a length-delimited field: a text, bytes, a message, or packed integers. Empty for other fields. */
  readonly bytes: Uint8Array
}

/** Error for bytes that are not a valid protobuf message. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError'
}

const none = new Uint8Array()

/**
 * Returns the fields of a protobuf message in their order. Fields with unknown numbers are included, so callers skip them.
 *
 * @throws {ProtobufError}
 */
export function* protobufFields(message: Uint8Array): Generator<ProtobufField, void> {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  let offset = 0
  const take = (length: number): number => {
    const start = offset
    if (length > message.length - start) throw new ProtobufError('the message is truncated')
    offset = start + length
    return start
  }
  while (offset < message.length) {
    const [tag, afterTag] = readVarint(message, offset)
    offset = afterTag
    const number = Number(tag >> 3n)
    switch (Number(tag & 7n)) {
      case 0: {
        const [integer, next] = readVarint(message, offset)
        offset = next
        yield { number, integer, bytes: none }
        break
      }
      case 1:
        yield { number, integer: view.getBigUint64(take(8), true), bytes: none }
        break
      case 2: {
        const [length, next] = readVarint(message, offset)
        offset = next
        const start = take(Number(length))
        yield { number, integer: 0n, bytes: message.subarray(start, offset) }
        break
      }
      case 5:
        yield { number, integer: BigInt(view.getUint32(take(4), true)), bytes: none }
        break
      default:
        throw new ProtobufError('the message contains an unknown wire type')
    }
  }
}

/** Decodes the integers of a packed repeated field. */
export function packedIntegers(bytes: Uint8Array): bigint[] {
  const integers: bigint[] = []
  for (let offset = 0; offset < bytes.length;) {
    const [integer, next] = readVarint(bytes, offset)
    integers.push(integer)
    offset = next
  }
  return integers
}

function readVarint(bytes: Uint8Array, start: number): [bigint, number] {
  let value = 0n
  for (let index = 0; index < 10; index += 1) {
    const byte = bytes[start + index]
    if (byte === undefined) throw new ProtobufError('the message is truncated')
    value |= BigInt(byte & 0x7f) << BigInt(7 * index)
    if (byte < 0x80) return [value, start + index + 1]
  }
  throw new ProtobufError('the message contains an integer of more than 64 bits')
}
