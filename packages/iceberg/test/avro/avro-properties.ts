// Property tests of the Avro reader with random schemas and files. The test suite runs each property a few times, and
// `npm run fuzz` runs it for a longer time.
import assert from 'node:assert/strict'
import { property, type Property } from '@headgate/testkit'
import * as fc from 'fast-check'
import { AvroError } from '../../src/avro/avro-error.ts'
import { readContainer } from '../../src/avro/container.ts'
import { type AvroValue, valueReader } from '../../src/avro/value-reader.ts'
import { readManifest } from '../../src/manifest/read-manifest.ts'
import { readManifestList } from '../../src/manifest/read-manifest-list.ts'
import { anyType, recordType } from './any-avro.ts'
import { manifestBytes, manifestListBytes } from '../manifest/write-manifest.ts'
import { chunked, collect } from './chunks.ts'
import { type TestCodec, writeAvro } from './write-avro.ts'

const anyFile = fc.array(anyType, { minLength: 1, maxLength: 6 }).chain((types) => {
  const type = recordType(types)
  return fc.record({
    type: fc.constant(type),
    records: fc.array(type.values, { maxLength: 20 }),
    codec: fc.constantFrom<TestCodec[]>('null', 'deflate', 'snappy', 'zstandard'),
    blockSize: fc.integer({ min: 1, max: 4_000 }),
    chunk: fc.integer({ min: 1, max: 700 }),
  })
})

const limits = { maxStoredBytes: 1_000_000, maxBlockBytes: 1_000_000, maxPlainBytes: 4_000_000 }
const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 })
const validFiles = Promise.all([
  manifestBytes({ version: 1, codec: 'null' }),
  manifestBytes({ version: 3, codec: 'null' }),
  manifestListBytes({ version: 2, codec: 'null' }),
  manifestBytes({ version: 2, codec: 'deflate' }),
])

/** Returns the values of a file, or undefined if the reader refuses the file with its own error. */
async function accepted<T>(values: AsyncIterable<readonly T[]>): Promise<readonly T[] | undefined> {
  try {
    return await collect(values)
  } catch (error) {
    if (error instanceof AvroError) return undefined
    throw error
  }
}

export const properties: Readonly<Record<string, Property>> = {
  'the Avro reader returns every value of every schema, codec and block size exactly': property(
    anyFile,
    async ({ type, records, codec, blockSize, chunk }) => {
      const bytes = await writeAvro(type.schema, records, { codec, blockSize })
      const read = readContainer<AvroValue>(chunked(bytes, chunk), ({ type }) => valueReader(type).read)
      assert.deepEqual(await collect(read), records.map(type.decoded))
    },
  ),

  'the Avro reader skips values of every schema without a trace': property(
    anyFile,
    async ({ type, records, codec, blockSize, chunk }) => {
      const bytes = await writeAvro(type.schema, records, { codec, blockSize })
      const open = ({ type }: { type: Parameters<typeof valueReader>[0] }) =>
        valueReader(type, ({ name }) => (name === 'f0' ? 'read' : 'skip')).read
      const read = await collect(readContainer<AvroValue>(chunked(bytes, chunk), open))
      const whole = records.map(type.decoded) as AvroValue[][]
      // Every field with the name `f0` is read, also in nested records, so only the number of fields is checked.
      assert.equal(read.length, whole.length)
      for (const record of read) assert.equal((record as AvroValue[]).length, 1)
    },
  ),

  'the reader of manifests accepts a damaged file or refuses it, within a limited time and memory': property(
    fc.tuple(fc.nat(3), changes, fc.nat()),
    async ([choice, changes, cut]) => {
      const bytes = Buffer.from((await validFiles)[choice] ?? Buffer.alloc(0))
      for (const [at, value] of changes) bytes[at % bytes.length] = value
      const damaged = cut % 4 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes
      for (const entry of (await accepted(readManifest(chunked(damaged, 4_096), limits))) ?? []) {
        try {
          entry.file.lowerBounds?.entries()
          entry.file.valueCounts?.get(2)
        } catch (error) {
          if (!(error instanceof AvroError)) throw error
        }
      }
      await accepted(readManifestList(chunked(damaged, 4_096), limits))
    },
  ),
}
