import {
  decodeBound,
  encodePartitionValue,
  encodeValue,
  type BoundPartitionField,
} from '@headgate/iceberg/expression'
import type { ColumnMap, ContentFile } from '@headgate/iceberg/manifest'
import { parsePrimitive, schemaIndex, type Schema } from '@headgate/iceberg/metadata'
import type { Int64, Json, JsonObject } from '@headgate/json'
import type { DeleteFile } from './delete-index.ts'

/** Values for the encoding of the files of a scan. */
export interface FileEncoding {
  readonly schema: Schema
  readonly statsColumns: readonly number[]
  /** True: the encoding omits partitions that contain null, for clients that cannot decode them. */
  readonly omitsNullPartitions: boolean
  /** Partition fields by the id of their partition spec. */
  readonly fields: ReadonlyMap<number, readonly (BoundPartitionField | null)[]>
}

/** Encodes a data file (Iceberg REST specification, `DataFile`), with the statistics that the scan requests. */
export function encodeDataFile(
  encoding: FileEncoding,
  specId: number,
  file: ContentFile,
  firstRowId: Int64 | null,
): JsonObject {
  return {
    content: 'data',
    ...encodeContentFile(encoding, specId, file),
    ...(firstRowId === null ? {} : { 'first-row-id': firstRowId }),
    ...(encoding.statsColumns.length === 0 ? {} : encodeStatistics(encoding, file)),
  }
}

/** Encodes a delete file (Iceberg REST specification, `DeleteFile`). */
export function encodeDeleteFile(encoding: FileEncoding, { specId, file }: DeleteFile): JsonObject {
  const { content, contentOffset, contentSizeInBytes, equalityIds, referencedDataFile } = file
  return {
    content,
    ...encodeContentFile(encoding, specId, file),
    ...(content === 'equality-deletes' ? { 'equality-ids': equalityIds ?? [] } : {}),
    ...(referencedDataFile === null ? {} : { 'referenced-data-file': referencedDataFile }),
    ...(contentOffset === null ? {} : { 'content-offset': contentOffset }),
    ...(contentSizeInBytes === null ? {} : { 'content-size-in-bytes': contentSizeInBytes }),
  }
}

function encodeContentFile(encoding: FileEncoding, specId: number, file: ContentFile): JsonObject {
  const { keyMetadata, splitOffsets, sortOrderId } = file
  const partition = encodePartition(encoding.fields.get(specId) ?? [], file)
  return {
    'file-path': file.path,
    'file-format': file.format,
    'spec-id': specId,
    ...(encoding.omitsNullPartitions && partition.includes(null) ? {} : { partition }),
    'file-size-in-bytes': file.sizeInBytes,
    'record-count': file.recordCount,
    ...(keyMetadata === null ? {} : { 'key-metadata': keyMetadata.toString('hex').toUpperCase() }),
    ...(splitOffsets === null ? {} : { 'split-offsets': splitOffsets }),
    ...(sortOrderId === null ? {} : { 'sort-order-id': sortOrderId }),
  }
}

/** Encodes the partition as a list of values in the order of the spec. */
function encodePartition(
  fields: readonly (BoundPartitionField | null)[],
  { partition }: ContentFile,
): readonly Json[] {
  return fields.map((field) => {
    const index = field === null ? -1 : partition.fieldIds.indexOf(field.fieldId)
    return field === null || index < 0
      ? null
      : encodePartitionValue(field.type, partition.values[index] ?? null)
  })
}

function encodeStatistics({ schema, statsColumns }: FileEncoding, file: ContentFile): JsonObject {
  const counts = (name: string, map: ColumnMap<Int64> | null): JsonObject =>
    encodeMap(name, statsColumns, (column) => map?.get(column) ?? null)
  const bounds = (name: string, map: ColumnMap<Buffer> | null): JsonObject =>
    encodeMap(name, statsColumns, (column) => {
      const bytes = map?.get(column) ?? null
      const type = schemaIndex(schema).byId.get(column)?.type
      if (bytes === null || typeof type !== 'string') return null
      const primitive = parsePrimitive(type)
      const value = decodeBound(primitive, bytes)
      return value === null ? null : encodeValue(primitive, value)
    })
  return {
    ...counts('column-sizes', file.columnSizes),
    ...counts('value-counts', file.valueCounts),
    ...counts('null-value-counts', file.nullValueCounts),
    ...counts('nan-value-counts', file.nanValueCounts),
    ...bounds('lower-bounds', file.lowerBounds),
    ...bounds('upper-bounds', file.upperBounds),
  }
}

function encodeMap(name: string, columns: readonly number[], valueOf: (column: number) => Json): JsonObject {
  const found = columns
    .map((column) => [column, valueOf(column)] as const)
    .filter(([, value]) => value !== null)
  if (found.length === 0) return {}
  return { [name]: { keys: found.map(([column]) => column), values: found.map(([, value]) => value) } }
}
