import { once } from 'node:events'
import { crc32, zstdCompressSync } from 'node:zlib'
import avsc from 'avsc'

/** Block codec of an Avro file that `writeAvro` writes. */
export type TestCodec = 'null' | 'deflate' | 'snappy' | 'zstandard'

type Compress = (plain: Buffer, done: (error: Error | null, compressed?: Buffer) => void) => void

const ownCodecs: Record<string, Compress> = {
  ...avsc.streams.BlockEncoder.defaultCodecs(),
  zstandard: (plain, done) => done(null, zstdCompressSync(plain)),
  snappy: (plain, done) => {
    const sum = Buffer.alloc(4)
    sum.writeUInt32BE(crc32(plain))
    done(null, Buffer.concat([snappy(plain), sum]))
  },
}

export async function writeAvro(
  schema: unknown,
  records: readonly unknown[],
  options: { readonly codec?: TestCodec; readonly blockSize?: number } = {},
): Promise<Buffer> {
  const { codec = 'deflate', blockSize = 512 } = options
  const type = avsc.Type.forSchema(schema as avsc.Schema, { typeHook: longsAsBigints })
  const encoder = new avsc.streams.BlockEncoder(type, {
    codec,
    blockSize,
    codecs: ownCodecs,
    // The library would leave out the attributes that Avro does not define, such as field-id.
    writeHeader: 'never',
    syncMarker,
  })
  const chunks: Buffer[] = [header(schema, codec)]
  encoder.on('data', (chunk: Buffer) => chunks.push(chunk))
  for (const record of records) if (!encoder.write(record)) await once(encoder, 'drain')
  encoder.end()
  await once(encoder, 'end')
  return Buffer.concat(chunks)
}

const syncMarker = Buffer.from('0123456789abcdef')

function header(schema: unknown, codec: TestCodec): Buffer {
  const entries = avsc.Type.forSchema({ type: 'map', values: 'bytes' })
  const metadata = { 'avro.schema': Buffer.from(JSON.stringify(schema)), 'avro.codec': Buffer.from(codec) }
  return Buffer.concat([Buffer.from('Obj\u0001'), entries.toBuffer(metadata), syncMarker])
}

// oxlint-disable-next-line eslint/no-underscore-dangle -- the library's own name for it
const bigintLong = avsc.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint | number) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(BigInt(value))
    return bytes
  },
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'bigint' || typeof value === 'number',
  compare: (a: bigint, b: bigint) => Number(a - b),
})

function longsAsBigints(schema: unknown): avsc.Type | undefined {
  const isLong =
    schema === 'long' ||
    (typeof schema === 'object' && schema !== null && 'type' in schema && schema.type === 'long')
  return isLong ? bigintLong : undefined
}

/** Compresses with Snappy: copies where the last four bytes occurred before, and literals otherwise. */
export function snappy(plain: Buffer): Buffer {
  const out: number[] = []
  for (let rest = plain.length; ; rest = Math.floor(rest / 128)) {
    out.push(rest < 128 ? rest : (rest % 128) + 128)
    if (rest < 128) break
  }
  const seen = new Map<number, number>()
  let literal = 0
  const flush = (end: number): void => {
    for (let from = literal; from < end; from += 65_536) {
      const part = plain.subarray(from, Math.min(end, from + 65_536))
      if (part.length <= 60) out.push((part.length - 1) << 2)
      else if (part.length <= 256) out.push(60 << 2, part.length - 1)
      else out.push(61 << 2, (part.length - 1) & 0xff, (part.length - 1) >> 8)
      out.push(...part)
    }
  }
  for (let at = 0; at + 4 <= plain.length;) {
    const key = plain.readUInt32LE(at)
    const before = seen.get(key)
    seen.set(key, at)
    if (before === undefined || at - before > 65_535) {
      at += 1
      continue
    }
    let size = 4
    while (size < 64 && plain[before + size] !== undefined && plain[before + size] === plain[at + size])
      size += 1
    flush(at)
    const back = at - before
    if (size <= 11 && back < 2_048) out.push(((back >> 8) << 5) | ((size - 4) << 2) | 1, back & 0xff)
    else out.push(((size - 1) << 2) | 2, back & 0xff, back >> 8)
    at += size
    literal = at
  }
  flush(plain.length)
  return Buffer.from(out)
}
