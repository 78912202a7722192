import { ProtobufError } from './protobuf.ts'

const decoder = new TextDecoder()

/** Decodes UTF-8 bytes to text. */
export const text = (bytes: Uint8Array): string => decoder.decode(bytes)

/**
 * Converts an unsigned integer of protobuf to a number.
 *
 * @throws {ProtobufError} when a number cannot represent it exactly
 */
export function toInteger(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    throw new ProtobufError('the file contains a number beyond 2^53')
  return Number(value)
}

/** Converts a signed 32-bit integer that protobuf has encoded in 64 bits. */
export const toSigned = (value: bigint): number => Number(BigInt.asIntN(64, value))
