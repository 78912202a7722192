import { readContainer, type AvroLimits } from '../avro/container.ts'
import type { AvroType, RecordType } from '../avro/type.ts'
import { valueReader, type AvroValue } from '../avro/value-reader.ts'
import {
  optionalBoolean,
  optionalBytes,
  optionalInt,
  optionalList,
  optionalLong,
  stringValue,
} from './decode-values.ts'
import { listValue, positions, recordIn, typeOf, useOf, type KnownField } from './fields.ts'
import type { FieldSummary, ManifestFile } from './types.ts'

const listFields = [
  { id: 500, name: 'manifest_path' },
  { id: 501, name: 'manifest_length' },
  { id: 502, name: 'partition_spec_id' },
  { id: 517, name: 'content' },
  { id: 515, name: 'sequence_number' },
  { id: 516, name: 'min_sequence_number' },
  { id: 503, name: 'added_snapshot_id' },
  { id: 504, name: 'added_files_count' },
  { id: 505, name: 'existing_files_count' },
  { id: 506, name: 'deleted_files_count' },
  { id: 507, name: 'partitions' },
  { id: 519, name: 'key_metadata' },
  { id: 520, name: 'first_row_id' },
] as const satisfies readonly KnownField[]

const summaryFields = [
  { id: 509, name: 'contains_null' },
  { id: 518, name: 'contains_nan' },
  { id: 510, name: 'lower_bound' },
  { id: 511, name: 'upper_bound' },
] as const satisfies readonly KnownField[]

/**
 * Reads a manifest list as a stream (Iceberg table specification, "Manifest Lists"), in formats 1 to 3. Yields up to
 * 250 manifests at a time.
 *
 * @throws AvroError when the file is damaged, is not a manifest list, or exceeds a limit; errors of `chunks` are
 *   thrown unchanged
 * @example Type-checked only, because it needs a manifest list.
 * ```ts
 * for await (const manifests of readManifestList(chunks))
 *   for (const { path, addedFiles } of manifests) console.log(path, addedFiles)
 * ```
 */
export function readManifestList(
  chunks: AsyncIterable<Uint8Array>,
  limits?: Partial<AvroLimits>,
): AsyncGenerator<readonly ManifestFile[]> {
  return readContainer(
    chunks,
    ({ type }) => {
      const list = recordIn(type)
      const summary = summaryType(list)
      const reader = valueReader(type, (field, record) => {
        if (record === list) return useOf(listFields, field)
        return record === summary ? useOf(summaryFields, field) : 'skip'
      })
      const decode = manifestDecoder(list, summary)
      return (cursor) => decode(listValue(reader.read(cursor)))
    },
    limits,
  )
}

function summaryType(list: RecordType): RecordType | null {
  const type = typeOf(list, listFields, 'partitions')
  const branches: readonly (AvroType | undefined)[] = type?.kind === 'union' ? type.branches : [type]
  const array = branches.find((branch) => branch?.kind === 'array')
  return array === undefined ? null : recordIn(array.items)
}

function manifestDecoder(
  list: RecordType,
  summary: RecordType | null,
): (values: readonly AvroValue[]) => ManifestFile {
  const at = positions(list, listFields)
  const decodeSummary = summary === null ? null : summaryDecoder(summary)
  return (values) => ({
    path: stringValue(values[at.manifest_path]),
    lengthInBytes: optionalLong(values[at.manifest_length]) ?? 0,
    specId: optionalInt(values[at.partition_spec_id]) ?? 0,
    content: optionalInt(values[at.content]) === 1 ? 'deletes' : 'data',
    sequenceNumber: optionalLong(values[at.sequence_number]) ?? 0,
    minSequenceNumber: optionalLong(values[at.min_sequence_number]) ?? 0,
    addedSnapshotId: optionalLong(values[at.added_snapshot_id]),
    addedFiles: optionalInt(values[at.added_files_count]),
    existingFiles: optionalInt(values[at.existing_files_count]),
    deletedFiles: optionalInt(values[at.deleted_files_count]),
    partitions: decodeSummary === null ? null : optionalList(values[at.partitions], decodeSummary),
    keyMetadata: optionalBytes(values[at.key_metadata]),
    firstRowId: optionalLong(values[at.first_row_id]),
  })
}

function summaryDecoder(summary: RecordType): (value: AvroValue) => FieldSummary {
  const at = positions(summary, summaryFields)
  return (value) => {
    const values = listValue(value)
    return {
      // Without this field, the manifest may contain files with null in this partition field.
      containsNull: optionalBoolean(values[at.contains_null]) ?? true,
      containsNan: optionalBoolean(values[at.contains_nan]),
      lower: optionalBytes(values[at.lower_bound]),
      upper: optionalBytes(values[at.upper_bound]),
    }
  }
}
