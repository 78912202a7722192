import { type TestCodec, writeAvro } from '../avro/write-avro.ts'

/** Options of a test manifest or manifest list. */
export interface TestFile {
  readonly version: 1 | 2 | 3
  readonly codec?: TestCodec
  readonly blockSize?: number
}

/** Returns a field of an Avro schema that can be null. */
export const optional = (name: string, type: unknown, id: number): unknown => ({
  name,
  type: ['null', type],
  default: null,
  'field-id': id,
})
const pairs = (key: number, value: number, type: string): unknown => ({
  type: 'array',
  logicalType: 'map',
  items: {
    type: 'record',
    name: `k${key}_v${value}`,
    fields: [
      { name: 'key', type: 'int', 'field-id': key },
      { name: 'value', type, 'field-id': value },
    ],
  },
})
const list = (items: string, id: number): unknown => ({ type: 'array', items, 'element-id': id })

/** Fields of the partition of all files in the test manifests. */
const partition = {
  type: 'record',
  name: 'r102',
  fields: [
    optional('day', { type: 'int', logicalType: 'date' }, 1000),
    optional('bucket', 'int', 1001),
    optional('name', 'string', 1002),
    optional('amount', { type: 'fixed', name: 'decimal_9_2', size: 4 }, 1003),
  ],
}

/**
 * Returns the complete schema of manifests of a format version.
 *
 * @param partitionFields fields of the partition. Default: those of the test manifests
 */
export function entrySchema(
  version: TestFile['version'],
  partitionFields: readonly unknown[] = partition.fields,
): unknown {
  const file = [
    ...(version === 1 ? [] : [{ name: 'content', type: 'int', 'field-id': 134 }]),
    { name: 'file_path', type: 'string', 'field-id': 100 },
    { name: 'file_format', type: 'string', 'field-id': 101 },
    { name: 'partition', type: { ...partition, fields: partitionFields }, 'field-id': 102 },
    { name: 'record_count', type: 'long', 'field-id': 103 },
    { name: 'file_size_in_bytes', type: 'long', 'field-id': 104 },
    ...(version === 1 ? [{ name: 'block_size_in_bytes', type: 'long', 'field-id': 105 }] : []),
    optional('column_sizes', pairs(117, 118, 'long'), 108),
    optional('value_counts', pairs(119, 120, 'long'), 109),
    optional('null_value_counts', pairs(121, 122, 'long'), 110),
    optional('nan_value_counts', pairs(138, 139, 'long'), 137),
    optional('lower_bounds', pairs(126, 127, 'bytes'), 125),
    optional('upper_bounds', pairs(129, 130, 'bytes'), 128),
    optional('key_metadata', 'bytes', 131),
    optional('split_offsets', list('long', 133), 132),
    ...(version === 1 ? [] : [optional('equality_ids', list('int', 136), 135)]),
    optional('sort_order_id', 'int', 140),
    ...(version === 3
      ? [
          optional('first_row_id', 'long', 142),
          optional('referenced_data_file', 'string', 143),
          optional('content_offset', 'long', 144),
          optional('content_size_in_bytes', 'long', 145),
        ]
      : []),
  ]
  return {
    type: 'record',
    name: 'manifest_entry',
    fields: [
      { name: 'status', type: 'int', 'field-id': 0 },
      version === 1
        ? { name: 'snapshot_id', type: 'long', 'field-id': 1 }
        : optional('snapshot_id', 'long', 1),
      ...(version === 1
        ? []
        : [optional('sequence_number', 'long', 3), optional('file_sequence_number', 'long', 4)]),
      { name: 'data_file', type: { type: 'record', name: 'r2', fields: file }, 'field-id': 2 },
    ],
  }
}

/** Returns a manifest entry with every field of its version. Longs are beyond 2^53. */
export function entryRecord(version: TestFile['version'], index = 0): Record<string, unknown> {
  const big = 2n ** 60n + BigInt(index)
  return {
    status: index % 3,
    snapshot_id: big,
    ...(version === 1 ? {} : { sequence_number: 7n, file_sequence_number: null }),
    data_file: {
      ...(version === 1 ? { block_size_in_bytes: 64n } : { content: index % 3 }),
      file_path: `s3://bucket/warehouse/data/ä-${index}.parquet`,
      file_format: 'PARQUET',
      partition: { day: 20_000 + index, bucket: -1, name: null, amount: Buffer.from([0, 0, 1, index % 256]) },
      record_count: big,
      file_size_in_bytes: 1_000n,
      column_sizes: [
        { key: 1, value: 100n },
        { key: 2, value: big },
      ],
      value_counts: [{ key: 2, value: 3n }],
      null_value_counts: [],
      nan_value_counts: null,
      lower_bounds: [
        { key: 1, value: Buffer.from([1, 0, 0, 0]) },
        { key: 2, value: Buffer.alloc(0) },
      ],
      upper_bounds: [{ key: 500, value: Buffer.from('zz') }],
      key_metadata: Buffer.from([9]),
      split_offsets: [4n, big],
      ...(version === 1 ? {} : { equality_ids: [1, 2] }),
      sort_order_id: 0,
      ...(version === 3
        ? {
            first_row_id: big,
            referenced_data_file: 's3://bucket/d',
            content_offset: 4n,
            content_size_in_bytes: 40n,
          }
        : {}),
    },
  }
}

export function manifestBytes({ version, codec, blockSize }: TestFile, entries = 5): Promise<Buffer> {
  const records = Array.from({ length: entries }, (_, index) => entryRecord(version, index))
  return writeAvro(entrySchema(version), records, {
    ...(codec === undefined ? {} : { codec }),
    ...(blockSize === undefined ? {} : { blockSize }),
  })
}

/** Returns the schema of manifest lists of a format version. */
export function listSchema(version: TestFile['version']): unknown {
  const counts = version === 1 ? 'data_files_count' : 'files_count'
  const summary = {
    type: 'record',
    name: 'r508',
    fields: [
      { name: 'contains_null', type: 'boolean', 'field-id': 509 },
      optional('contains_nan', 'boolean', 518),
      optional('lower_bound', 'bytes', 510),
      optional('upper_bound', 'bytes', 511),
    ],
  }
  return {
    type: 'record',
    name: 'manifest_file',
    fields: [
      { name: 'manifest_path', type: 'string', 'field-id': 500 },
      { name: 'manifest_length', type: 'long', 'field-id': 501 },
      { name: 'partition_spec_id', type: 'int', 'field-id': 502 },
      ...(version === 1
        ? []
        : [
            { name: 'content', type: 'int', 'field-id': 517 },
            { name: 'sequence_number', type: 'long', 'field-id': 515 },
            { name: 'min_sequence_number', type: 'long', 'field-id': 516 },
          ]),
      { name: 'added_snapshot_id', type: 'long', 'field-id': 503 },
      optional(`added_${counts}`, 'int', 504),
      optional(`existing_${counts}`, 'int', 505),
      optional(`deleted_${counts}`, 'int', 506),
      optional('added_rows_count', 'long', 512),
      optional('existing_rows_count', 'long', 513),
      optional('deleted_rows_count', 'long', 514),
      optional('partitions', { type: 'array', items: summary, 'element-id': 508 }, 507),
      ...(version === 3 ? [optional('first_row_id', 'long', 520)] : []),
    ],
  }
}

export function manifestListBytes({ version, codec = 'deflate' }: TestFile): Promise<Buffer> {
  const count = version === 1 ? 'added_data_files_count' : 'added_files_count'
  const record = (index: number): unknown => ({
    manifest_path: `s3://bucket/m-${index}.avro`,
    manifest_length: 2n ** 60n,
    partition_spec_id: index,
    ...(version === 1 ? {} : { content: index % 2, sequence_number: 5n, min_sequence_number: 4n }),
    added_snapshot_id: 2n ** 62n,
    [count]: 10,
    partitions:
      index === 1
        ? null
        : [{ contains_null: false, contains_nan: true, lower_bound: Buffer.from('a'), upper_bound: null }],
    ...(version === 3 ? { first_row_id: 0n } : {}),
  })
  return writeAvro(listSchema(version), [0, 1, 2].map(record), { codec })
}
