import { crc32, deflateRawSync } from 'node:zlib'
import type { CompressedText } from '../store/relations.ts'
import { crc32Combine } from './crc32-combine.ts'

// Header of a gzip member (RFC 1952): magic number, method deflate, no flags, no time, no extra flags, unknown system.
const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])
const largestStoredBlock = 0xffff
// The window is small, because zlib then needs less time to allocate its memory.
const deflating = { level: 6, windowBits: 13, memLevel: 6 }

/**
 * Returns the parts of a gzip member whose plain text is `before + body + end`. Does not compress any text:
 * writes `before` as stored (uncompressed) blocks, and inserts the compressed forms of `body` and `end`.
 *
 * @param end result of `storedEnd` or `deflatedEnd`, which contains the final block
 */
export function gzipSplice(before: Buffer, body: CompressedText, end: CompressedText): Buffer[] {
  const trailer = Buffer.allocUnsafe(8)
  const beforeAndBody = crc32Combine(crc32(before), body.crc, body.length)
  trailer.writeUInt32LE(crc32Combine(beforeAndBody, end.crc, end.length), 0)
  trailer.writeUInt32LE((before.length + body.length + end.length) % 2 ** 32, 4)
  return [header, ...stored(before, false), body.compressed, end.compressed, trailer]
}

/** Returns a text as the last, uncompressed part of a gzip member. */
export function storedEnd(text: Buffer): CompressedText {
  return { compressed: Buffer.concat(stored(text, true)), length: text.length, crc: crc32(text) }
}

/**
 * Returns a text as the last, compressed part of a gzip member. Useful for a text of a few kilobytes that is
 * sent often.
 */
export function deflatedEnd(text: Buffer): CompressedText {
  return { compressed: deflateRawSync(text, deflating), length: text.length, crc: crc32(text) }
}

/**
 * Returns a text as stored (uncompressed) blocks (RFC 1951 section 3.2.4), which begin and end on byte
 * boundaries.
 *
 * @param last whether the last block is the final block of the gzip member. Such a block may be empty
 */
function stored(text: Buffer, last: boolean): Buffer[] {
  const count = Math.max(Math.ceil(text.length / largestStoredBlock), last ? 1 : 0)
  return Array.from({ length: count }, (_, index) => {
    const part = text.subarray(index * largestStoredBlock, (index + 1) * largestStoredBlock)
    const head = Buffer.allocUnsafe(5)
    head.writeUInt8(last && index === count - 1 ? 1 : 0, 0)
    head.writeUInt16LE(part.length, 1)
    head.writeUInt16LE(~part.length & 0xffff, 3)
    return [head, part]
  }).flat()
}
