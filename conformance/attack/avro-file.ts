const sync = Buffer.alloc(16, 7)

/** A value of the Avro types that manifests need: a record is the list of its fields. */
export type AvroValue = string | number | Buffer | readonly AvroValue[]

function zigzag(value: number): Buffer {
  let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n))
  const bytes: number[] = []
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  return Buffer.from([...bytes, Number(rest)])
}

/** Returns a value in the binary form of Avro. */
export function encoded(value: AvroValue): Buffer {
  if (typeof value === 'number') return zigzag(value)
  if (typeof value === 'string') return Buffer.concat([zigzag(Buffer.byteLength(value)), Buffer.from(value)])
  if (Buffer.isBuffer(value)) return Buffer.concat([zigzag(value.length), value])
  return Buffer.concat(value.map(encoded))
}

/** Returns an uncompressed Avro container file with one block. */
export function avroFile(schema: object, records: readonly AvroValue[]): Buffer {
  const block = Buffer.concat(records.map(encoded))
  return Buffer.concat([
    Buffer.from('Obj\u0001', 'latin1'),
    encoded([2, 'avro.schema', JSON.stringify(schema), 'avro.codec', 'null', 0]),
    sync,
    encoded([records.length, block.length]),
    block,
    sync,
  ])
}

/** Returns a field of an Avro schema with the id of its column. */
export function field(name: string, type: unknown, id: number): object {
  return { name, type, 'field-id': id }
}

/** Returns an Iceberg manifest (format version 2) that lists the given data files. */
export function buildManifest(files: readonly string[]): Buffer {
  const dataFile = {
    type: 'record',
    name: 'r2',
    fields: [
      field('content', 'int', 134),
      field('file_path', 'string', 100),
      field('file_format', 'string', 101),
      field('partition', { type: 'record', name: 'r102', fields: [] }, 102),
      field('record_count', 'long', 103),
      field('file_size_in_bytes', 'long', 104),
    ],
  }
  const schema = {
    type: 'record',
    name: 'manifest_entry',
    fields: [field('status', 'int', 0), field('snapshot_id', 'long', 1), field('data_file', dataFile, 2)],
  }
  return avroFile(
    schema,
    files.map((file) => [1, 1, [0, file, 'PARQUET', [], 1, 1]]),
  )
}

/** Returns an Iceberg manifest list (format version 2) that lists the given manifests. */
export function buildManifestList(manifests: readonly string[]): Buffer {
  const names = ['manifest_length', 'partition_spec_id', 'content', 'sequence_number', 'min_sequence_number']
  const ids = [501, 502, 517, 515, 516]
  const schema = {
    type: 'record',
    name: 'manifest_file',
    fields: [
      field('manifest_path', 'string', 500),
      ...names.map((name, i) =>
        field(name, name === 'content' || name === 'partition_spec_id' ? 'int' : 'long', ids[i] ?? 0),
      ),
      field('added_snapshot_id', 'long', 503),
    ],
  }
  return avroFile(
    schema,
    manifests.map((manifest) => [manifest, 500, 0, 0, 1, 1, 1]),
  )
}
