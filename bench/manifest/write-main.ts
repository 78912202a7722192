// Usage: write-main.ts FILE CODEC ENTRIES COLUMNS. Writes a manifest.
import { writeFileSync } from 'node:fs'
import { entryRecord, entrySchema } from '../../packages/iceberg/test/manifest/write-manifest.ts'
import { type TestCodec, writeAvro } from '../../packages/iceberg/test/avro/write-avro.ts'

const [path = '', codec = 'deflate', entries, columns] = process.argv.slice(2)

/** Returns a list with one statistics value for each column. */
function statistics<T>(value: (column: number) => T): { readonly key: number; readonly value: T }[] {
  return Array.from({ length: Number(columns) }, (_, column) => ({ key: column + 1, value: value(column) }))
}

const records = Array.from({ length: Number(entries) }, (_, index) => {
  const record = entryRecord(2, index)
  const bound = (column: number): Buffer => Buffer.from(`${index * 7919 + column}-${'x'.repeat(8)}`)
  return {
    ...record,
    status: 1,
    data_file: {
      ...(record['data_file'] as object),
      content: 0,
      column_sizes: statistics((column) => BigInt(1_000 * column + index)),
      value_counts: statistics(() => 1_000n),
      null_value_counts: statistics(() => 0n),
      nan_value_counts: [],
      lower_bounds: statistics(bound),
      upper_bounds: statistics(bound),
    },
  }
})
writeFileSync(
  path,
  await writeAvro(entrySchema(2), records, { codec: codec as TestCodec, blockSize: 64_000 }),
)
