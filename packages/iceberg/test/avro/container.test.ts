import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AvroError } from '../../src/avro/avro-error.ts'
import { type AvroLimits, readContainer } from '../../src/avro/container.ts'
import { Cursor } from '../../src/avro/cursor.ts'
import { unsnappy } from '../../src/avro/snappy.ts'
import { decodeAvroType } from '../../src/avro/type.ts'
import { type AvroValue, valueReader } from '../../src/avro/value-reader.ts'
import { chunked, collect } from './chunks.ts'
import { manifestBytes } from '../manifest/write-manifest.ts'
import { snappy, writeAvro } from './write-avro.ts'

describe('readContainer', () => {
  it('readContainer refuses every truncated file', async () => {
    const bytes = await manifestBytes({ version: 3, codec: 'deflate', blockSize: 64 })
    const whole = await readAll(bytes)
    for (let length = 0; length < bytes.length; length += 1) {
      const result = await readAll(bytes.subarray(0, length)).catch((error: unknown) => error)
      // Files that are truncated at the end of a block are valid Avro files, so the reader cannot detect that
      // blocks are missing.
      if (!(result instanceof AvroError))
        expect(whole.slice(0, (result as AvroValue[]).length)).toEqual(result)
    }
  })

  it('readContainer refuses an item count of a billion in a file of a few bytes', () => {
    const type = decodeAvroType({ type: 'array', items: 'string' })
    // A count of 1,000,000,000, and the same count as a block with a size.
    for (const bytes of [
      [0x80, 0xa8, 0xd6, 0xb9, 0x07],
      [0xff, 0xa7, 0xd6, 0xb9, 0x07, 0x02],
    ]) {
      expect(() => valueReader(type).read(new Cursor(Buffer.from(bytes)))).toThrow(AvroError)
      expect(() => valueReader(type).skip(new Cursor(Buffer.from(bytes)))).toThrow(AvroError)
    }
  })

  it('readContainer refuses blocks above the limit, stored or decompressed, and too many blocks', async () => {
    const records = [{ file_path: 'a'.repeat(100_000) }, { file_path: 'b'.repeat(100_000) }]
    const one = { type: 'record', name: 'x', fields: [{ name: 'file_path', type: 'string' }] }
    for (const codec of ['null', 'deflate', 'snappy', 'zstandard'] as const) {
      const bytes = await writeAvro(one, records, { codec })
      await expect(readAll(bytes, { maxStoredBytes: 50_000, maxBlockBytes: 50_000 })).rejects.toThrow(
        AvroError,
      )
      await expect(readAll(bytes, { maxPlainBytes: 150_000 })).rejects.toThrow('is too large')
      expect(await readAll(bytes)).toHaveLength(2)
    }
  })

  it('readContainer refuses schemas that are recursive, or whose values have more parts than bytes', () => {
    const record = (name: string, ...types: unknown[]): unknown => ({
      type: 'record',
      name,
      fields: types.map((type, index) => ({ name: `f${index}`, type })),
    })
    let doubled: unknown = record('r0', 'int')
    for (let level = 1; level < 40; level += 1) doubled = record(`r${level}`, doubled, `r${level - 1}`)
    const refused = [
      record('n', ['null', 'n']),
      { type: 'array', items: 'null' },
      { type: 'array', items: record('none') },
      record('nulls', ...Array.from({ length: 200 }, () => 'null')),
      doubled,
      { type: 'fixed', name: 'f', size: -1 },
    ]
    for (const schema of refused)
      expect(() => decodeAvroType(schema), JSON.stringify(schema)).toThrow(AvroError)
    expect(decodeAvroType(record('empty', record('inner'), 'int')).kind).toBe('record')
  })

  it('readContainer releases the stream when its caller stops early', async () => {
    const bytes = await manifestBytes({ version: 2, blockSize: 32 }, 50)
    let closed = false
    async function* source(): AsyncGenerator<Buffer> {
      try {
        yield* chunked(bytes, 10)
      } finally {
        closed = true
      }
    }
    for await (const records of readContainer(source(), ({ type }) => valueReader(type).read)) {
      expect(records.length).toBeGreaterThan(0)
      break
    }
    expect(closed).toBe(true)
  })
})

describe('Cursor', () => {
  it('Cursor refuses an integer of more than 64 bits', () => {
    const bytes = Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02])
    expect(() => new Cursor(bytes).long()).toThrow('64 bits')
    bytes[9] = 1
    expect(new Cursor(bytes).long()).toBe(-(2n ** 63n))
    expect(() => new Cursor(bytes).integer()).toThrow('impossible')
  })
})

describe('Snappy', () => {
  it('Snappy decompression restores the original bytes', () => {
    const text = fc.oneof(
      fc.uint8Array({ maxLength: 3_000 }),
      fc
        .array(fc.constantFrom('ab', 'abc', 'x', 'hello '), { maxLength: 500 })
        .map((parts) => Buffer.from(parts.join(''))),
    )
    fc.assert(
      fc.property(text, (bytes) => {
        expect(unsnappy(snappy(Buffer.from(bytes)), 10_000)).toEqual(Buffer.from(bytes))
      }),
    )
  })

  it('Snappy decompression supports literals and copies with offsets of every size', () => {
    // The input contains the literal "abcd", and copies with a 1-byte offset (which overlaps itself), a 2-byte and a
    // 4-byte offset.
    const copies = [(4 << 2) | 1, 4, (3 << 2) | 2, 4, 0, (3 << 2) | 3, 12, 0, 0, 0]
    const input = Buffer.from([4 + 8 + 4 + 4, 3 << 2, 97, 98, 99, 100, ...copies])
    expect(unsnappy(input, 100).toString()).toBe('abcdabcdabcdabcdabcd')
  })

  it('Snappy decompression refuses damaged and too large blocks', () => {
    for (const bytes of [[], [5], [4, 3 << 2, 97], [4, 1, 1], [2, 0, 97], [0xff, 0xff, 0xff, 0xff, 0x7f]]) {
      expect(() => unsnappy(Buffer.from(bytes), 1_000)).toThrow(AvroError)
    }
    expect(() => unsnappy(snappy(Buffer.alloc(2_000)), 1_000)).toThrow(AvroError)
  })
})

function readAll(bytes: Buffer, limits?: Partial<AvroLimits>): Promise<AvroValue[]> {
  return collect(readContainer(chunked(bytes, 4_096), ({ type }) => valueReader(type).read, limits))
}
