import { promisify } from 'node:util'
import { constants, crc32, deflateRaw, deflateRawSync, inflateRaw, inflateRawSync } from 'node:zlib'
import type { PackedBody } from '../store/relations.ts'
import { crc32Combine } from './crc32-combine.ts'

const deflate = promisify(deflateRaw)
const inflate = promisify(inflateRaw)

/** Below this a synchronous call is shorter than a trip to the thread pool. Bytes of plain text. */
const smallEnough = 64 * 1024

// Ends on a byte boundary without a final block, so that more blocks can follow in the same gzip member. Metadata
// repeats itself so much that level 1 is within 3 % of level 6, at half its time; a smaller window is set up sooner.
const finishFlush = constants.Z_SYNC_FLUSH
const packingSmall = { level: 1, windowBits: 14, memLevel: 7, finishFlush }
const packing = { level: 1, finishFlush }
const packingWell = { level: 6, finishFlush }
const unpacking = { finishFlush: constants.Z_SYNC_FLUSH }
/** Bytes; the least that zlib takes. */
const leastChunk = 64

/** Packs metadata text for its row: raw deflate blocks (RFC 1951) that can be spliced into a gzip answer. */
export async function pack(text: Buffer): Promise<PackedBody> {
  const packed =
    text.length <= smallEnough ? deflateRawSync(text, packingSmall) : await deflate(text, packing)
  return { packed, length: text.length, crc: crc32(text) }
}

/** The same for a text that is packed once and kept: a tenth smaller, for several times the time. */
export async function packWell(text: Buffer): Promise<PackedBody> {
  return { packed: await deflate(text, packingWell), length: text.length, crc: crc32(text) }
}

/** What packing the texts one after the other would inflate to. */
export function joinPacked(bodies: readonly PackedBody[]): PackedBody {
  const [only] = bodies
  if (bodies.length === 1 && only) return only
  let [length, crc] = [0, 0]
  for (const body of bodies) {
    crc = crc32Combine(crc, body.crc, body.length)
    length += body.length
  }
  return { packed: Buffer.concat(bodies.map(({ packed }) => packed)), length, crc }
}

/** The text, at once where that is sooner than a trip to the thread pool. */
export function unpack({ packed, length }: PackedBody): Buffer | Promise<Buffer> {
  if (length > smallEnough) return inflate(packed, unpacking)
  // Room for one byte more: zlib gets itself another chunk as soon as one is full.
  return inflateRawSync(packed, { ...unpacking, chunkSize: Math.max(length + 1, leastChunk) })
}
