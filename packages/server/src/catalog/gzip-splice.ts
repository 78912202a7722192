import { crc32, deflateRawSync } from 'node:zlib'
import type { PackedBody } from '../store/relations.ts'
import { crc32Combine } from './crc32-combine.ts'

// RFC 1952: magic, deflate, no flags, no time, no extra flags, unknown system.
const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])
const largestStoredBlock = 0xffff
// A small window is set up sooner.
const deflating = { level: 6, windowBits: 13, memLevel: 6 }

/**
 * The pieces of one gzip member that inflates to `before + body + end` without inflating or deflating anything: the text before
 * goes into stored blocks, the packed body stands behind it as it is.
 *
 * @param end its last block is the final one: see `storedEnd` and `deflatedEnd`
 */
export function gzipSplice(before: Buffer, body: PackedBody, end: PackedBody): Buffer[] {
  const trailer = Buffer.allocUnsafe(8)
  const beforeAndBody = crc32Combine(crc32(before), body.crc, body.length)
  trailer.writeUInt32LE(crc32Combine(beforeAndBody, end.crc, end.length), 0)
  trailer.writeUInt32LE((before.length + body.length + end.length) % 2 ** 32, 4)
  return [header, ...stored(before, false), body.packed, end.packed, trailer]
}

/** The end of a gzip member as it is. */
export function storedEnd(text: Buffer): PackedBody {
  return { packed: Buffer.concat(stored(text, true)), length: text.length, crc: crc32(text) }
}

/** The end of a gzip member, deflated by itself: for a few kilobytes that are sent again and again. */
export function deflatedEnd(text: Buffer): PackedBody {
  return { packed: deflateRawSync(text, deflating), length: text.length, crc: crc32(text) }
}

/** RFC 1951 section 3.2.4; starts and ends on a byte boundary. The last one may be empty, because it says that it is. */
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
