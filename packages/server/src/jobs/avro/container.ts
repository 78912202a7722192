import { AvroError } from './avro-error.ts'
import { ByteSource } from './byte-source.ts'
import { type Codec, codecs } from './codecs.ts'
import { Cursor } from './cursor.ts'
import { type AvroValue, compileReader, type SchemaReader } from './schema-reader.ts'

export interface AvroLimits {
  /** Maximum size in bytes of one value of the header, and of one stored block. */
  readonly maxStoredBytes: number
  /** Maximum size in bytes of one decompressed block. */
  readonly maxBlockBytes: number
}

const defaultLimits: AvroLimits = { maxStoredBytes: 64 * 1024 * 1024, maxBlockBytes: 256 * 1024 * 1024 }
const maxHeaderEntries = 1_000
const syncBytes = 16
/** Maximum number of records that are returned at once: some writers put all records of a file into one block. */
const sliceSize = 1_000

interface Header {
  readonly codec: Codec
  readonly reader: SchemaReader
  readonly sync: Buffer
}

/**
 * Reads an Avro object container file as a stream, up to 1000 records at a time. Buffers at most one block.
 * Decodes only fields of the `wanted` names. Codecs: null, deflate, snappy, zstandard.
 *
 * @throws AvroError when the bytes are not such a file, are damaged, or exceed a limit; errors of `chunks` are
 *   thrown unchanged
 * @example
 * ```ts
 * for await (const records of readContainer(body, new Set(['manifest_path']))) …
 * ```
 */
export async function* readContainer(
  chunks: AsyncIterable<Uint8Array>,
  wanted: ReadonlySet<string>,
  limits: AvroLimits = defaultLimits,
): AsyncGenerator<readonly AvroValue[]> {
  await using source = new ByteSource(chunks)
  const { codec, reader, sync } = await readHeader(source, wanted, limits)
  while (!(await source.atEnd())) {
    const count = await source.integer()
    const size = await source.integer()
    if (count < 0 || size < 0 || size > limits.maxStoredBytes)
      throw new AvroError('contains a block that is too large')
    const data = await source.take(size)
    const plain = await codec(data, limits.maxBlockBytes)
    if (!sync.equals(await source.take(syncBytes)))
      throw new AvroError('is damaged: a block ends in the wrong sync marker')
    if (count > plain.length) throw new AvroError('contains more records than bytes')
    yield* slices(new Cursor(plain), count, reader)
  }
}

/** Yields the records of one block, a bounded number at a time. */
function* slices(cursor: Cursor, count: number, reader: SchemaReader): Generator<readonly AvroValue[]> {
  for (let rest = count; rest > 0; rest -= sliceSize) {
    yield Array.from({ length: Math.min(rest, sliceSize) }, () => reader.read(cursor))
  }
  if (cursor.remaining > 0) throw new AvroError('contains a block with more bytes than its records have')
}

async function readHeader(
  source: ByteSource,
  wanted: ReadonlySet<string>,
  limits: AvroLimits,
): Promise<Header> {
  if (!(await source.take(4)).equals(Buffer.from('Obj\u0001'))) throw new AvroError('is not an Avro file')
  const entries = new Map<string, Buffer>()
  for (let count = await source.integer(); count !== 0; count = await source.integer()) {
    if (count < 0) await source.integer()
    if (entries.size + Math.abs(count) > maxHeaderEntries)
      throw new AvroError('has a header that is too large')
    for (let index = Math.abs(count); index > 0; index -= 1) {
      const key = await takeBytes(source, limits)
      // Copies the bytes, because they are a part of a larger buffer that could otherwise not be collected.
      entries.set(key.toString(), Buffer.from(await takeBytes(source, limits)))
    }
  }
  const sync = Buffer.from(await source.take(syncBytes))
  const name = entries.get('avro.codec')?.toString() ?? 'null'
  const codec = Object.hasOwn(codecs, name) ? codecs[name] : undefined
  if (codec === undefined) throw new AvroError(`is compressed with an unknown codec: ${name.slice(0, 100)}`)
  return { codec, reader: compileReader(parsed(entries.get('avro.schema')), wanted), sync }
}

async function takeBytes(source: ByteSource, limits: AvroLimits): Promise<Buffer> {
  const length = await source.integer()
  if (length < 0 || length > limits.maxStoredBytes) throw new AvroError('has a header that is too large')
  return source.take(length)
}

function parsed(schema: Buffer | undefined): unknown {
  try {
    return JSON.parse(schema?.toString() ?? '')
  } catch (error) {
    throw new AvroError('has no valid schema', { cause: error })
  }
}
