import { AvroError } from './avro-error.ts'
import { ByteSource } from './byte-source.ts'
import { type Codec, codecs } from './codecs.ts'
import { Cursor } from './cursor.ts'
import { type AvroType, decodeAvroType } from './type.ts'

export interface AvroLimits {
  /** Maximum size in bytes of one value of the header, and of one stored block. */
  readonly maxStoredBytes: number
  /** Maximum size in bytes of one decompressed block. */
  readonly maxBlockBytes: number
  /** Maximum size in bytes of all decompressed blocks together. */
  readonly maxPlainBytes: number
  /**
   * Called with the size in bytes of each decompressed block, before its records are decoded. Callers use the size to
   * limit the memory of the records.
   */
  readonly onBlock?: (plainBytes: number) => void
}

const defaultLimits: AvroLimits = {
  maxStoredBytes: 64 * 1024 * 1024,
  maxBlockBytes: 256 * 1024 * 1024,
  maxPlainBytes: 64 * 1024 ** 3,
}
const maxHeaderEntries = 1_000
const syncBytes = 16
/**
 * Maximum number of records in one yielded batch. A limit is needed because some writers put all records of a file
 * into one block.
 */
const sliceSize = 250

/** Header of an Avro object container file: its schema and its metadata. */
export interface AvroHeader {
  readonly type: AvroType
  /** Metadata of the file, such as `partition-spec-id` of a manifest. */
  readonly metadata: ReadonlyMap<string, Buffer>
}

/** Reads one record at the position of the cursor, and moves the cursor behind the record. */
export type ReadRecord<T> = (cursor: Cursor) => T

/**
 * Reads an Avro object container file as a stream, up to 250 records at a time. Buffers at most one block. Codecs:
 * null, deflate, snappy, zstandard.
 *
 * @param open returns the reader of the records, for the header of the file
 * @throws AvroError when the bytes are not such a file, are damaged, or exceed a limit; errors of `chunks` are
 *   thrown unchanged
 */
export async function* readContainer<T>(
  chunks: AsyncIterable<Uint8Array>,
  open: (header: AvroHeader) => ReadRecord<T>,
  limits: Partial<AvroLimits> = {},
): AsyncGenerator<readonly T[]> {
  const { maxStoredBytes, maxBlockBytes, maxPlainBytes, onBlock } = { ...defaultLimits, ...limits }
  await using source = new ByteSource(chunks)
  const { header, codec, sync } = await readHeader(source, maxStoredBytes)
  const read = open(header)
  let plainBytes = 0
  while (!(await source.atEnd())) {
    const count = await source.integer()
    const size = await source.integer()
    if (count < 0 || size < 0 || size > maxStoredBytes)
      throw new AvroError('contains a block that is too large')
    const plain = await codec(await source.take(size), maxBlockBytes)
    plainBytes += plain.length
    onBlock?.(plain.length)
    if (plainBytes > maxPlainBytes) throw new AvroError('is too large')
    if (!sync.equals(await source.take(syncBytes)))
      throw new AvroError('is damaged: a block ends in the wrong sync marker')
    if (count > plain.length) throw new AvroError('contains more records than bytes')
    yield* slices(new Cursor(plain), count, read)
  }
}

/** Yields the records of one block in batches of at most `sliceSize` records. */
function* slices<T>(cursor: Cursor, count: number, read: ReadRecord<T>): Generator<readonly T[]> {
  for (let rest = count; rest > 0; rest -= sliceSize) {
    const records: T[] = []
    for (let left = Math.min(rest, sliceSize); left > 0; left -= 1) records.push(read(cursor))
    yield records
  }
  if (cursor.remaining > 0) throw new AvroError('contains a block with more bytes than its records have')
}

async function readHeader(
  source: ByteSource,
  maxStoredBytes: number,
): Promise<{ readonly header: AvroHeader; readonly codec: Codec; readonly sync: Buffer }> {
  if (!(await source.take(4)).equals(Buffer.from('Obj\u0001'))) throw new AvroError('is not an Avro file')
  const metadata = new Map<string, Buffer>()
  let left = maxStoredBytes
  const takeBytes = async (): Promise<Buffer> => {
    const length = await source.integer()
    left -= length
    if (length < 0 || left < 0) throw new AvroError('has a header that is too large')
    return source.take(length)
  }
  for (let count = await source.integer(); count !== 0; count = await source.integer()) {
    if (count < 0) await source.integer()
    if (metadata.size + Math.abs(count) > maxHeaderEntries)
      throw new AvroError('has a header that is too large')
    for (let index = Math.abs(count); index > 0; index -= 1) {
      const key = (await takeBytes()).toString()
      // Copies the bytes, because they are a part of a larger buffer that could otherwise not be collected.
      metadata.set(key, Buffer.from(await takeBytes()))
    }
  }
  const sync = Buffer.from(await source.take(syncBytes))
  const name = metadata.get('avro.codec')?.toString() ?? 'null'
  const codec = Object.hasOwn(codecs, name) ? codecs[name] : undefined
  if (codec === undefined) throw new AvroError(`is compressed with an unknown codec: ${name.slice(0, 100)}`)
  return { header: { type: decodeAvroType(parse(metadata.get('avro.schema'))), metadata }, codec, sync }
}

function parse(schema: Buffer | undefined): unknown {
  try {
    return JSON.parse(schema?.toString() ?? '')
  } catch (error) {
    throw new AvroError('has no valid schema', { cause: error })
  }
}
