import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { snappy, type TestCodec, writeAvro } from '../../../test/jobs/purge/avro.ts'
import { AvroError } from './avro-error.ts'
import { readContainer } from './container.ts'
import { Cursor } from './cursor.ts'
import { type AvroValue, compileReader } from './schema-reader.ts'
import { unsnappy } from './snappy.ts'

const schema = {
  type: 'record',
  name: 'manifest_entry',
  namespace: 'org.example',
  fields: [
    { name: 'status', type: 'int' },
    { name: 'snapshot_id', type: ['null', 'long'] },
    {
      name: 'data_file',
      type: {
        type: 'record',
        name: 'r2',
        fields: [
          {
            name: 'bounds',
            type: [
              'null',
              {
                type: 'array',
                items: {
                  type: 'record',
                  name: 'k126_v127',
                  fields: [
                    { name: 'key', type: 'int' },
                    { name: 'value', type: 'bytes' },
                  ],
                },
              },
            ],
          },
          { name: 'counts', type: { type: 'map', values: 'long' } },
          {
            name: 'partition',
            type: {
              type: 'record',
              name: 'r102',
              fields: [
                { name: 'd', type: 'double' },
                { name: 'f', type: 'float' },
                { name: 'u', type: { type: 'fixed', name: 'uuid', size: 16 } },
                { name: 'e', type: { type: 'enum', name: 'e', symbols: ['A', 'B'] } },
                { name: 'b', type: 'boolean' },
              ],
            },
          },
          { name: 'file_path', type: { type: 'string', logicalType: 'x' } },
        ],
      },
    },
    { name: 'other', type: ['null', 'org.example.r2'] },
  ],
}

const path = fc.string({ minLength: 0, maxLength: 80, unit: 'grapheme' })
const record = fc.record({
  status: fc.integer({ min: 0, max: 2 }),
  snapshot_id: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  data_file: fc.record({
    bounds: fc.option(
      fc.array(
        fc.record({
          key: fc.integer(),
          value: fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
        }),
        { maxLength: 5 },
      ),
    ),
    counts: fc.dictionary(
      fc.string({ maxLength: 5 }),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      { maxKeys: 4 },
    ),
    partition: fc.record({
      d: fc.double(),
      f: fc.float(),
      u: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes)),
      e: fc.constantFrom('A', 'B'),
      b: fc.boolean(),
    }),
    file_path: path,
  }),
  other: fc.constant(null),
})

const wanted = new Set(['status', 'data_file', 'file_path'])

describe('readContainer', () => {
  it('readContainer returns the requested fields of every record, regardless of the other fields, the codec and the chunk size', async () => {
    const codec = fc.constantFrom<TestCodec[]>('null', 'deflate', 'snappy', 'zstandard')
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { maxLength: 30 }),
        codec,
        fc.integer({ min: 1, max: 700 }),
        async (records, codec, chunk) => {
          const bytes = await writeAvro(schema, records, { codec })
          const expected = records.map(({ status, data_file }) => ({
            status,
            data_file: { file_path: data_file.file_path },
          }))
          expect(await readAll(cut(bytes, chunk))).toEqual(expected)
        },
      ),
      { numRuns: 150 },
    )
  })

  it('readContainer accepts field names that Avro does not allow, as some writers use them', async () => {
    const bytes = await writeAvro(
      {
        type: 'record',
        name: 'x',
        fields: [
          { name: 'a_b_c', type: 'int' },
          { name: 'file_path', type: 'string' },
        ],
      },
      [{ a_b_c: 7, file_path: 'p' }],
      { codec: 'null' },
    )
    const odd = Buffer.from(bytes.toString('latin1').replace('a_b_c', 'a b/c'), 'latin1')
    expect(await readAll(cut(odd, 100))).toEqual([{ file_path: 'p' }])
  })

  it('readContainer refuses every truncated file', async () => {
    const bytes = await writeAvro(schema, fc.sample(record, { numRuns: 6, seed: 1 }), {
      codec: 'deflate',
      blockSize: 64,
    })
    const whole = await readAll(cut(bytes, 4_096))
    for (let length = 0; length < bytes.length; length += 1) {
      const result = await readAll(cut(bytes.subarray(0, length), 4_096)).catch((error: unknown) => error)
      // Files that are truncated at the end of a block are valid Avro files, so the reader cannot detect that
      // blocks are missing.
      if (!(result instanceof AvroError))
        expect(whole.slice(0, (result as AvroValue[]).length)).toEqual(result)
    }
  })

  it('readContainer returns records or throws an AvroError for a damaged file, within a limited time', async () => {
    const bytes = await writeAvro(schema, fc.sample(record, { numRuns: 8, seed: 2 }), { codec: 'null' })
    const limits = { maxStoredBytes: 1_000_000, maxBlockBytes: 1_000_000 }
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async (changes) => {
          const damaged = Buffer.from(bytes)
          for (const [at, value] of changes) damaged[at] = value
          const result = await readAll(cut(damaged, 4_096), limits).catch((error: unknown) => error)
          expect(Array.isArray(result) || result instanceof AvroError).toBe(true)
        },
      ),
      { numRuns: 1_000 },
    )
  })

  it('readContainer refuses a record count of a billion in a file of a few bytes', () => {
    const reader = compileReader(
      { type: 'record', name: 'r', fields: [{ name: 'a', type: { type: 'array', items: 'null' } }] },
      new Set(),
    )
    const billion = Buffer.from([0x80, 0xa8, 0xd6, 0xb9, 0x07])
    expect(() => reader.skip(new Cursor(billion))).toThrow(AvroError)
  })

  it('readContainer refuses blocks above the limit, stored or decompressed', async () => {
    const records = [{ file_path: 'a'.repeat(100_000) }]
    const one = { type: 'record', name: 'x', fields: [{ name: 'file_path', type: 'string' }] }
    for (const codec of ['null', 'deflate', 'snappy', 'zstandard'] as const) {
      const bytes = await writeAvro(one, records, { codec })
      const small = { maxStoredBytes: 50_000, maxBlockBytes: 50_000 }
      await expect(readAll(cut(bytes, 4_096), small)).rejects.toThrow(AvroError)
    }
  })

  it('readContainer refuses recursive schemas', () => {
    const recursive = { type: 'record', name: 'n', fields: [{ name: 'next', type: ['null', 'n'] }] }
    expect(() => compileReader(recursive, new Set())).toThrow(AvroError)
  })

  it('readContainer releases the stream when its caller stops early', async () => {
    const bytes = await writeAvro(schema, fc.sample(record, { numRuns: 50, seed: 3 }), { blockSize: 32 })
    let closed = false
    async function* source(): AsyncGenerator<Buffer> {
      try {
        yield* cut(bytes, 10)
      } finally {
        closed = true
      }
    }
    for await (const records of readContainer(source(), wanted)) {
      expect(records.length).toBeGreaterThan(0)
      break
    }
    expect(closed).toBe(true)
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
    const input = Buffer.from([
      4 + 8 + 4 + 4,
      3 << 2,
      97,
      98,
      99,
      100,
      (4 << 2) | 1,
      4,
      (3 << 2) | 2,
      4,
      0,
      (3 << 2) | 3,
      12,
      0,
      0,
      0,
    ])
    expect(unsnappy(input, 100).toString()).toBe('abcdabcdabcdabcdabcd')
  })

  it('Snappy decompression refuses damaged and too large blocks', () => {
    for (const bytes of [[], [5], [4, 3 << 2, 97], [4, 1, 1], [2, 0, 97], [0xff, 0xff, 0xff, 0xff, 0x7f]]) {
      expect(() => unsnappy(Buffer.from(bytes), 1_000)).toThrow(AvroError)
    }
    expect(() => unsnappy(snappy(Buffer.alloc(2_000)), 1_000)).toThrow(AvroError)
  })
})

async function readAll(
  chunks: AsyncIterable<Uint8Array>,
  limits?: { maxStoredBytes: number; maxBlockBytes: number },
): Promise<AvroValue[]> {
  const all: AvroValue[] = []
  for await (const records of readContainer(chunks, wanted, limits)) all.push(...records)
  return all
}

async function* cut(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += size) {
    yield bytes.subarray(from, from + size)
    await Promise.resolve()
  }
}
