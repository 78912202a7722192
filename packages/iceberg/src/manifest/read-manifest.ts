import { AvroError } from '../avro/avro-error.ts'
import { readContainer, type AvroLimits } from '../avro/container.ts'
import type { RecordType } from '../avro/type.ts'
import { valueReader, type AvroValue } from '../avro/value-reader.ts'
import { boundMaps, countMaps } from './column-map.ts'
import {
  intValue,
  longValue,
  optionalBytes,
  optionalInt,
  optionalList,
  optionalLong,
  optionalString,
  stringValue,
} from './decode-values.ts'
import { listValue, positions, recordIn, typeOf, useOf, type KnownField } from './fields.ts'
import { partitionDecoder } from './partition-values.ts'
import type { ContentFile, EntryStatus, FileContent, ManifestEntry } from './types.ts'

const entryFields = [
  { id: 0, name: 'status' },
  { id: 1, name: 'snapshot_id' },
  { id: 3, name: 'sequence_number' },
  { id: 4, name: 'file_sequence_number' },
  { id: 2, name: 'data_file' },
] as const satisfies readonly KnownField[]

const fileFields = [
  { id: 134, name: 'content' },
  { id: 100, name: 'file_path' },
  { id: 101, name: 'file_format' },
  { id: 102, name: 'partition' },
  { id: 103, name: 'record_count' },
  { id: 104, name: 'file_size_in_bytes' },
  { id: 108, name: 'column_sizes', use: 'defer' },
  { id: 109, name: 'value_counts', use: 'defer' },
  { id: 110, name: 'null_value_counts', use: 'defer' },
  { id: 137, name: 'nan_value_counts', use: 'defer' },
  { id: 125, name: 'lower_bounds', use: 'defer' },
  { id: 128, name: 'upper_bounds', use: 'defer' },
  { id: 131, name: 'key_metadata' },
  { id: 132, name: 'split_offsets' },
  { id: 135, name: 'equality_ids' },
  { id: 140, name: 'sort_order_id' },
  { id: 142, name: 'first_row_id' },
  { id: 143, name: 'referenced_data_file' },
  { id: 144, name: 'content_offset' },
  { id: 145, name: 'content_size_in_bytes' },
] as const satisfies readonly KnownField[]

const statuses: readonly EntryStatus[] = ['existing', 'added', 'deleted']
const contents: readonly FileContent[] = ['data', 'position-deletes', 'equality-deletes']

/**
 * Reads a manifest as a stream (Iceberg table specification, "Manifests"), in formats 1 to 3. Yields up to 250 entries
 * at a time, with the status that each has in the file. The statistics of columns are decoded on demand, and keep their
 * block of the file in memory.
 *
 * @throws AvroError when the file is damaged, is not a manifest, or exceeds a limit; errors of `chunks` are thrown
 *   unchanged
 * @example Type-checked only, because it needs a manifest.
 * ```ts
 * for await (const entries of readManifest(chunks))
 *   for (const { status, file } of entries) console.log(status, file.path, file.recordCount)
 * ```
 */
export function readManifest(
  chunks: AsyncIterable<Uint8Array>,
  limits?: Partial<AvroLimits>,
): AsyncGenerator<readonly ManifestEntry[]> {
  return readContainer(
    chunks,
    ({ type }) => {
      const entry = recordIn(type)
      const file = recordIn(typeOf(entry, entryFields, 'data_file'))
      const reader = valueReader(type, (field, record) => {
        if (record === entry) return useOf(entryFields, field)
        return record === file ? useOf(fileFields, field) : 'read'
      })
      const decode = entryDecoder(entry, fileDecoder(file))
      return (cursor) => decode(listValue(reader.read(cursor)))
    },
    limits,
  )
}

function entryDecoder(
  entry: RecordType,
  decodeFile: (values: readonly AvroValue[]) => ContentFile,
): (values: readonly AvroValue[]) => ManifestEntry {
  const at = positions(entry, entryFields)
  return (values) => ({
    status: choice(statuses, intValue(values[at.status])),
    snapshotId: optionalLong(values[at.snapshot_id]),
    sequenceNumber: optionalLong(values[at.sequence_number]),
    fileSequenceNumber: optionalLong(values[at.file_sequence_number]),
    file: decodeFile(listValue(values[at.data_file] ?? null)),
  })
}

function fileDecoder(file: RecordType): (values: readonly AvroValue[]) => ContentFile {
  const at = positions(file, fileFields)
  const partition = partitionDecoder(typeOf(file, fileFields, 'partition'))
  const mapType = (name: (typeof fileFields)[number]['name']) => typeOf(file, fileFields, name)
  const columnSizes = countMaps(mapType('column_sizes'))
  const valueCounts = countMaps(mapType('value_counts'))
  const nullValueCounts = countMaps(mapType('null_value_counts'))
  const nanValueCounts = countMaps(mapType('nan_value_counts'))
  const lowerBounds = boundMaps(mapType('lower_bounds'))
  const upperBounds = boundMaps(mapType('upper_bounds'))
  return (values) => ({
    content: choice(contents, optionalInt(values[at.content]) ?? 0),
    path: stringValue(values[at.file_path]),
    format: (optionalString(values[at.file_format]) ?? '').toLowerCase(),
    partition: partition(values[at.partition]),
    recordCount: optionalLong(values[at.record_count]) ?? 0,
    sizeInBytes: optionalLong(values[at.file_size_in_bytes]) ?? 0,
    columnSizes: columnSizes(values[at.column_sizes]),
    valueCounts: valueCounts(values[at.value_counts]),
    nullValueCounts: nullValueCounts(values[at.null_value_counts]),
    nanValueCounts: nanValueCounts(values[at.nan_value_counts]),
    lowerBounds: lowerBounds(values[at.lower_bounds]),
    upperBounds: upperBounds(values[at.upper_bounds]),
    keyMetadata: optionalBytes(values[at.key_metadata]),
    splitOffsets: optionalList(values[at.split_offsets], longValue),
    equalityIds: optionalList(values[at.equality_ids], intValue),
    sortOrderId: optionalInt(values[at.sort_order_id]),
    firstRowId: optionalLong(values[at.first_row_id]),
    referencedDataFile: optionalString(values[at.referenced_data_file]),
    contentOffset: optionalLong(values[at.content_offset]),
    contentSizeInBytes: optionalLong(values[at.content_size_in_bytes]),
  })
}

function choice<T>(choices: readonly T[], index: number): T {
  const chosen = choices[index]
  if (chosen === undefined)
    throw new AvroError(`is not a manifest: it contains the unknown status or content ${index}`)
  return chosen
}
