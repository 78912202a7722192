import { promisify } from 'node:util'
import { constants, crc32, deflateRaw, deflateRawSync, inflateRaw, inflateRawSync } from 'node:zlib'
import type { CompressedText } from '../store/relations.ts'
import { crc32Combine } from './crc32-combine.ts'

const deflate = promisify(deflateRaw)
const inflate = promisify(inflateRaw)

/** Maximum size in bytes of a plain text for which synchronous compression is faster than the thread pool. */
const smallEnough = 64 * 1024

// A sync flush ends the compressed data on a byte boundary without a final block, so that more blocks can
// follow in the same gzip member. For metadata, level 1 needs half the time of level 6, and its result is at
// most 3 % larger. zlib allocates a small window faster.
const finishFlush = constants.Z_SYNC_FLUSH
const smallOptions = { level: 1, windowBits: 14, memLevel: 7, finishFlush }
const defaultOptions = { level: 1, finishFlush }
const bestOptions = { level: 6, finishFlush }
const inflateOptions = { finishFlush: constants.Z_SYNC_FLUSH }
/** Minimum output buffer size that zlib accepts, in bytes. */
const leastChunk = 64

/**
 * Compresses a metadata text for its row. The result consists of raw deflate blocks (RFC 1951), which can be
 * inserted into a gzip response.
 */
export async function compress(text: Buffer): Promise<CompressedText> {
  const compressed =
    text.length <= smallEnough ? deflateRawSync(text, smallOptions) : await deflate(text, defaultOptions)
  return { compressed, length: text.length, crc: crc32(text) }
}

/**
 * Compresses a text that is sent many times. The result is about 10 % smaller than that of `compress`, but
 * the compression takes several times as long.
 */
export async function compressWell(text: Buffer): Promise<CompressedText> {
  return { compressed: await deflate(text, bestOptions), length: text.length, crc: crc32(text) }
}

/** Returns the compressed form of the concatenation of several texts, from their compressed forms. */
export function joinCompressed(texts: readonly CompressedText[]): CompressedText {
  const [only] = texts
  if (texts.length === 1 && only) return only
  let [length, crc] = [0, 0]
  for (const text of texts) {
    crc = crc32Combine(crc, text.crc, text.length)
    length += text.length
  }
  return { compressed: Buffer.concat(texts.map(({ compressed }) => compressed)), length, crc }
}

/** Decompresses a text. Small texts are decompressed synchronously. */
export function decompress({ compressed, length }: CompressedText): Buffer | Promise<Buffer> {
  if (length > smallEnough) return inflate(compressed, inflateOptions)
  // The buffer is one byte larger than the text, because zlib allocates another buffer as soon as one is full.
  return inflateRawSync(compressed, { ...inflateOptions, chunkSize: Math.max(length + 1, leastChunk) })
}
