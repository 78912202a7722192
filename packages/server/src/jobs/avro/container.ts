import { AvroError } from './avro-error.ts'
import { ByteSource } from './byte-source.ts'
import { type Codec, codecs } from './codecs.ts'
import { Cursor } from './cursor.ts'
import { type AvroValue, compileReader, type SchemaReader } from './schema-reader.ts'

export interface AvroLimits {
  /** Of one value of the header, and of one block as stored. */
  readonly maxStoredBytes: number
  /** Of one block when it is decompressed. */
  readonly maxBlockBytes: number
}

const defaultLimits: AvroLimits = { maxStoredBytes: 64 * 1024 * 1024, maxBlockBytes: 256 * 1024 * 1024 }
const maxHeaderEntries = 1_000
const syncBytes = 16
/** Records given at a time: some writers put all of a file into one block. */
const sliceSize = 1_000

interface Header {
  readonly codec: Codec
  readonly reader: SchemaReader
  readonly sync: Buffer
}

/**
 * Reads an Avro object container file as it comes, up to 1000 records at a time, never holding more than one block.
 * Only fields of the `wanted` names are decoded. Codecs: null, deflate, snappy, zstandard.
 *
 * @throws AvroError when it is none, is damaged, or a limit is passed; errors of `chunks` pass through
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
      throw new AvroError('holds a block that is too large')
    const data = await source.take(size)
    const plain = await codec(data, limits.maxBlockBytes)
    if (!sync.equals(await source.take(syncBytes)))
      throw new AvroError('lost its place: a block ends in the wrong mark')
    if (count > plain.length) throw new AvroError('holds more records than it has bytes')
    yield* slices(new Cursor(plain), count, reader)
  }
}

/** The records of one block, a bounded number at a time. */
function* slices(cursor: Cursor, count: number, reader: SchemaReader): Generator<readonly AvroValue[]> {
  for (let rest = count; rest > 0; rest -= sliceSize) {
    yield Array.from({ length: Math.min(rest, sliceSize) }, () => reader.read(cursor))
  }
  if (cursor.remaining > 0) throw new AvroError('holds a block with more bytes than its records have')
}

async function readHeader(
  source: ByteSource,
  wanted: ReadonlySet<string>,
  limits: AvroLimits,
): Promise<Header> {
  if (!(await source.take(4)).equals(Buffer.from('Obj\u0001'))) throw new AvroError('is no Avro file')
  const entries = new Map<string, Buffer>()
  for (let count = await source.integer(); count !== 0; count = await source.integer()) {
    if (count < 0) await source.integer()
    if (entries.size + Math.abs(count) > maxHeaderEntries)
      throw new AvroError('has a header that is too large')
    for (let index = Math.abs(count); index > 0; index -= 1) {
      const key = await takeBytes(source, limits)
      // A copy: what was taken is a part of a larger buffer that should not live on.
      entries.set(key.toString(), Buffer.from(await takeBytes(source, limits)))
    }
  }
  const sync = Buffer.from(await source.take(syncBytes))
  const name = entries.get('avro.codec')?.toString() ?? 'null'
  const codec = Object.hasOwn(codecs, name) ? codecs[name] : undefined
  if (codec === undefined)
    throw new AvroError(`is compressed with a codec that is not known: ${name.slice(0, 100)}`)
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
