import { avroFile, field, type AvroValue } from '../attack/avro-file.ts'

/** Data file of a region, with the lowest and the highest value of the column `secret`. */
export interface DataFile {
  readonly path: string
  readonly region: string
  readonly size: number
  readonly bounds: readonly [lower: string, upper: string]
}

export interface ManifestRef {
  readonly path: string
  readonly length: number
  readonly snapshotId: number
  readonly files: number
}

const bounds = (key: number, value: number): object => ({
  type: 'array',
  logicalType: 'map',
  items: {
    type: 'record',
    name: `k${key}_v${value}`,
    fields: [field('key', 'int', key), field('value', 'bytes', value)],
  },
})

const dataFile = {
  type: 'record',
  name: 'r2',
  fields: [
    field('content', 'int', 134),
    field('file_path', 'string', 100),
    field('file_format', 'string', 101),
    field('partition', { type: 'record', name: 'r102', fields: [field('region', 'string', 1000)] }, 102),
    field('record_count', 'long', 103),
    field('file_size_in_bytes', 'long', 104),
    field('lower_bounds', bounds(126, 127), 125),
    field('upper_bounds', bounds(129, 130), 128),
  ],
}

const entrySchema = {
  type: 'record',
  name: 'manifest_entry',
  fields: [
    field('status', 'int', 0),
    field('snapshot_id', 'long', 1),
    field('sequence_number', 'long', 3),
    field('data_file', dataFile, 2),
  ],
}

/** Id of the column `secret`. */
const secretColumn = 3

/** Returns a map with the bound of one column. */
function bound(value: string): AvroValue {
  return [1, [secretColumn, value], 0]
}

/** Returns a manifest of data files that are partitioned by region. */
export function manifestOf(snapshotId: number, files: readonly DataFile[]): Buffer {
  const records = files.map(({ path, region, size, bounds: [lower, upper] }): AvroValue => {
    return [1, snapshotId, 1, [0, path, 'PARQUET', [region], 1, size, bound(lower), bound(upper)]]
  })
  return avroFile(entrySchema, records)
}

const listFields = [
  field('manifest_path', 'string', 500),
  field('manifest_length', 'long', 501),
  field('partition_spec_id', 'int', 502),
  field('content', 'int', 517),
  field('sequence_number', 'long', 515),
  field('min_sequence_number', 'long', 516),
  field('added_snapshot_id', 'long', 503),
  field('added_files_count', 'int', 504),
  field('existing_files_count', 'int', 505),
  field('deleted_files_count', 'int', 506),
]

/** Returns a manifest list of data manifests. */
export function manifestListOf(manifests: readonly ManifestRef[]): Buffer {
  return avroFile(
    { type: 'record', name: 'manifest_file', fields: listFields },
    manifests.map(({ path, length, snapshotId, files }) => [
      path,
      length,
      0,
      0,
      1,
      1,
      snapshotId,
      files,
      0,
      0,
    ]),
  )
}
