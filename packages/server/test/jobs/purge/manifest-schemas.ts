/** Version of the table format. */
export type TestVersion = 1 | 2 | 3

const optional = (name: string, type: unknown, id: number): unknown => ({
  name,
  type: ['null', type],
  default: null,
  'field-id': id,
})

/** Returns the Avro schema of manifests, with only the fields that tests need. */
export function entrySchema(version: TestVersion): unknown {
  const byColumn = {
    type: 'array',
    logicalType: 'map',
    items: {
      type: 'record',
      name: 'k126_v127',
      fields: [
        { name: 'key', type: 'int', 'field-id': 126 },
        { name: 'value', type: 'bytes', 'field-id': 127 },
      ],
    },
  }
  const file = [
    ...(version === 1 ? [] : [{ name: 'content', type: 'int', 'field-id': 134 }]),
    { name: 'file_path', type: 'string', 'field-id': 100 },
    { name: 'file_format', type: 'string', 'field-id': 101 },
    {
      name: 'partition',
      type: {
        type: 'record',
        name: 'r102',
        fields: [optional('day', { type: 'int', logicalType: 'date' }, 1000)],
      },
      'field-id': 102,
    },
    { name: 'record_count', type: 'long', 'field-id': 103 },
    { name: 'file_size_in_bytes', type: 'long', 'field-id': 104 },
    ...(version === 1 ? [{ name: 'block_size_in_bytes', type: 'long', 'field-id': 105 }] : []),
    optional('lower_bounds', byColumn, 125),
    ...(version === 3
      ? [optional('first_row_id', 'long', 142), optional('referenced_data_file', 'string', 143)]
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
      { name: 'data_file', type: { type: 'record', name: 'r2', fields: file }, 'field-id': 2 },
    ],
  }
}

export function entryRecord(version: TestVersion, content: number, path: string): Record<string, unknown> {
  return {
    status: 1,
    snapshot_id: 6_051_714_159_128_263_847n,
    data_file: {
      ...(version === 1 ? { block_size_in_bytes: 64n } : { content }),
      file_path: path,
      file_format: content === 0 ? 'PARQUET' : 'PUFFIN',
      partition: { day: 20_000 },
      record_count: 9_223_372_036_854_775_807n,
      file_size_in_bytes: 1n,
      lower_bounds: [{ key: 1, value: Buffer.from([1, 2, 3, 4]) }],
      ...(version === 3 ? { first_row_id: 0n, referenced_data_file: null } : {}),
    },
  }
}

/** Returns the Avro schema of manifest lists, with only the fields that tests need. */
export function listSchema(version: TestVersion): unknown {
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
          ]),
      { name: 'added_snapshot_id', type: 'long', 'field-id': 503 },
    ],
  }
}
