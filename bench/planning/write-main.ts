// write-main.ts FOLDER FILES FILES_PER_MANIFEST: writes the metadata, manifest list and manifests of a table.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from '@headgate/json'
import { writeAvro } from '../../packages/iceberg/test/avro/write-avro.ts'
import { entrySchema, listSchema, optional } from '../../packages/iceberg/test/manifest/write-manifest.ts'

const [folder = '', files, filesPerManifest] = process.argv.slice(2)
const perManifest = Number(filesPerManifest)
const manifests = Math.ceil(Number(files) / perManifest)
const snapshotId = 2n ** 61n
const columns = [1, 2, 3, 4]

const entries = entrySchema(2, [optional('part', 'int', 1000)])

function longBytes(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(value)
  return bytes
}

function intBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}

function statistics<T>(value: (column: number) => T): { readonly key: number; readonly value: T }[] {
  return columns.map((key) => ({ key, value: value(key) }))
}

mkdirSync(join(folder, 'metadata'), { recursive: true })
const listed: object[] = []
for (let number = 0; number < manifests; number += 1) {
  const records = Array.from({ length: perManifest }, (_, index) => {
    const id = BigInt(number * perManifest + index) * 100n
    return {
      status: 1,
      snapshot_id: snapshotId,
      sequence_number: null,
      file_sequence_number: null,
      data_file: {
        content: 0,
        file_path: `${folder}/data/part=${number}/00000-${index}-1b2c3d4e-5f60-4718-9a0b-${String(id).padStart(12, '0')}.parquet`,
        file_format: 'PARQUET',
        partition: { part: number },
        record_count: 100n,
        file_size_in_bytes: 134_217_728n + id,
        value_counts: statistics(() => 100n),
        null_value_counts: statistics(() => 0n),
        lower_bounds: statistics((column) =>
          column === 2 ? intBytes(number) : longBytes(id + BigInt(column)),
        ),
        upper_bounds: statistics((column) => (column === 2 ? intBytes(number) : longBytes(id + 99n))),
      },
    }
  })
  const bytes = await writeAvro(entries, records, { codec: 'deflate', blockSize: 64_000 })
  const path = `${folder}/metadata/m-${number}.avro`
  writeFileSync(path, bytes)
  const bound = intBytes(number)
  listed.push({
    manifest_path: path,
    manifest_length: BigInt(bytes.length),
    partition_spec_id: 0,
    content: 0,
    sequence_number: 1n,
    min_sequence_number: 1n,
    added_snapshot_id: snapshotId,
    added_files_count: perManifest,
    existing_files_count: 0,
    deleted_files_count: 0,
    added_rows_count: BigInt(perManifest) * 100n,
    existing_rows_count: 0n,
    deleted_rows_count: 0n,
    partitions: [{ contains_null: false, contains_nan: false, lower_bound: bound, upper_bound: bound }],
  })
}
const list = `${folder}/metadata/list.avro`
writeFileSync(list, await writeAvro(listSchema(2), listed))
const names = ['id', 'part', 'a', 'b']
const metadata = {
  'format-version': 2,
  'table-uuid': '9c12d441-03fe-4693-9a96-a0705ddf69c1',
  location: folder,
  'last-sequence-number': 1,
  'last-updated-ms': 1_700_000_000_000,
  'last-column-id': 4,
  'current-schema-id': 0,
  schemas: [
    {
      type: 'struct',
      'schema-id': 0,
      fields: names.map((name, index) => ({
        id: index + 1,
        name,
        required: false,
        type: name === 'part' ? 'int' : 'long',
      })),
    },
  ],
  'default-spec-id': 0,
  'partition-specs': [
    { 'spec-id': 0, fields: [{ 'source-id': 2, 'field-id': 1000, name: 'part', transform: 'identity' }] },
  ],
  'last-partition-id': 1000,
  'default-sort-order-id': 0,
  'sort-orders': [{ 'order-id': 0, fields: [] }],
  properties: {},
  'current-snapshot-id': snapshotId,
  snapshots: [
    {
      'snapshot-id': snapshotId,
      'sequence-number': 1,
      'timestamp-ms': 1_700_000_000_000,
      'manifest-list': list,
      summary: { operation: 'append' },
      'schema-id': 0,
    },
  ],
  refs: { main: { 'snapshot-id': snapshotId, type: 'branch' } },
  'snapshot-log': [],
  'metadata-log': [],
}
writeFileSync(`${folder}/metadata/v1.metadata.json`, stringify(metadata))
