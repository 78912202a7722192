import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { AvroError } from './avro-error.ts'
import { unsnappy } from './snappy.ts'

/** Decompresses one block of an Avro file to at most `maxBytes`. */
export type Codec = (data: Buffer, maxBytes: number) => Promise<Buffer> | Buffer

/**
 * Maximum size in bytes of a stored block that is decompressed in this thread. For a smaller block, the transfer to the
 * thread pool takes longer than the decompression. Some writers write one block for each entry.
 */
const maxSyncBytes = 2_048

const inflate = promisify(zlib.inflateRaw)
const unzstd = promisify(zlib.zstdDecompress)

/** Block codecs by the name that an Avro file contains. Large blocks are decompressed on the thread pool. */
export const codecs: Readonly<Record<string, Codec>> = {
  null: (data) => data,
  deflate: explained((data, maxOutputLength) =>
    data.length <= maxSyncBytes
      ? zlib.inflateRawSync(data, { maxOutputLength })
      : inflate(data, { maxOutputLength }),
  ),
  zstandard: explained((data, maxOutputLength) =>
    data.length <= maxSyncBytes
      ? zlib.zstdDecompressSync(data, { maxOutputLength })
      : unzstd(data, { maxOutputLength }),
  ),
  snappy: explained(checkedSnappy),
}

/** Decompresses a Snappy block, which is followed by the CRC-32 of its uncompressed bytes, big-endian. */
function checkedSnappy(data: Buffer, maxBytes: number): Buffer {
  if (data.length < 4) throw new AvroError('contains a damaged Snappy block')
  const plain = unsnappy(data.subarray(0, -4), maxBytes)
  if (zlib.crc32(plain) !== data.readUInt32BE(data.length - 4))
    throw new AvroError('contains a block with a wrong checksum')
  return plain
}

function explained(codec: Codec): Codec {
  return async (data, maxBytes) => {
    try {
      return await codec(data, maxBytes)
    } catch (error) {
      if (error instanceof AvroError) throw error
      throw new AvroError('contains a block that cannot be decompressed, or is too large', { cause: error })
    }
  }
}
