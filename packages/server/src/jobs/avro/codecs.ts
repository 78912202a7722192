import { promisify } from 'node:util'
import { crc32, inflateRaw, zstdDecompress } from 'node:zlib'
import { AvroError } from './avro-error.ts'
import { unsnappy } from './snappy.ts'

/** Decompresses one block of an Avro file to at most `maxBytes`. */
export type Codec = (data: Buffer, maxBytes: number) => Promise<Buffer>

const inflate = promisify(inflateRaw)
const unzstd = promisify(zstdDecompress)

/** Block codecs by the name that an Avro file contains. */
export const codecs: Readonly<Record<string, Codec>> = {
  null: (data) => Promise.resolve(data),
  deflate: (data, maxBytes) => explained(inflate(data, { maxOutputLength: maxBytes })),
  zstandard: (data, maxBytes) => explained(unzstd(data, { maxOutputLength: maxBytes })),
  snappy: (data, maxBytes) => explained(Promise.resolve().then(() => checkedSnappy(data, maxBytes))),
}

/** Decompresses a Snappy block, which is followed by the CRC-32 of its uncompressed bytes, big-endian. */
function checkedSnappy(data: Buffer, maxBytes: number): Buffer {
  if (data.length < 4) throw new AvroError('contains a damaged Snappy block')
  const plain = unsnappy(data.subarray(0, -4), maxBytes)
  if (crc32(plain) !== data.readUInt32BE(data.length - 4))
    throw new AvroError('contains a block with a wrong checksum')
  return plain
}

async function explained(result: Promise<Buffer>): Promise<Buffer> {
  try {
    return await result
  } catch (error) {
    if (error instanceof AvroError) throw error
    throw new AvroError('contains a block that cannot be decompressed, or is too large', { cause: error })
  }
}
