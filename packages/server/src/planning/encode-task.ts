import {
  decodeBound,
  encodePartitionValue,
  encodeValue,
  type BoundPartitionField,
} from '@headgate/iceberg/expression'
import type { ColumnMap, ContentFile } from '@headgate/iceberg/manifest'
import { parsePrimitive, schemaIndex, type Schema } from '@headgate/iceberg/metadata'
import { stringify, type Int64, type Json, type JsonObject } from '@headgate/json'
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

/**
 * Encodes a data file as JSON text (Iceberg REST specification, `DataFile`), with the statistics that the scan requests.
 * The text is composed without an object, because a response has thousands of files.
 *
 * @param partition text of `encodePartition`, which many files share
 */
export function encodeDataFile(
  encoding: FileEncoding,
  specId: number,
  file: ContentFile,
  { partition, firstRowId }: { readonly partition: string; readonly firstRowId: Int64 | null },
): string {
  const rowId = firstRowId === null ? '' : `,"first-row-id":${firstRowId}`
  const statistics = encoding.statsColumns.length === 0 ? '' : members(encodeStatistics(encoding, file))
  return `{"content":"data",${encodeContentFile(specId, file, partition)}${rowId}${statistics}}`
}

/** Encodes a delete file as JSON text (Iceberg REST specification, `DeleteFile`). */
export function encodeDeleteFile(encoding: FileEncoding, { specId, file }: DeleteFile): string {
  const { content, contentOffset, contentSizeInBytes, equalityIds, referencedDataFile } = file
  const rest = {
    ...(content === 'equality-deletes' ? { 'equality-ids': equalityIds ?? [] } : {}),
    ...(referencedDataFile === null ? {} : { 'referenced-data-file': referencedDataFile }),
    ...(contentOffset === null ? {} : { 'content-offset': contentOffset }),
    ...(contentSizeInBytes === null ? {} : { 'content-size-in-bytes': contentSizeInBytes }),
  }
  const partition = encodePartition(encoding, specId, file)
  return `{"content":"${content}",${encodeContentFile(specId, file, partition)}${members(rest)}}`
}

/** Encodes the members that data files and delete files share, without braces. */
function encodeContentFile(specId: number, file: ContentFile, partition: string): string {
  const { path, format, sizeInBytes, recordCount, keyMetadata, splitOffsets, sortOrderId } = file
  const key = keyMetadata === null ? '' : `,"key-metadata":"${keyMetadata.toString('hex').toUpperCase()}"`
  const splits = splitOffsets === null ? '' : `,"split-offsets":[${splitOffsets.join(',')}]`
  const order = sortOrderId === null ? '' : `,"sort-order-id":${sortOrderId}`
  return `"file-path":${JSON.stringify(path)},"file-format":${JSON.stringify(format)},"spec-id":${specId}${partition},"file-size-in-bytes":${sizeInBytes},"record-count":${recordCount}${key}${splits}${order}`
}

/** Returns the members of an object as text that follows other members. */
function members(object: JsonObject): string {
  const text = stringify(object)
  return text === '{}' ? '' : `,${text.slice(1, -1)}`
}

/**
 * Encodes the partition of a file as the text of a member that follows other members. The text is empty for a client that
 * cannot decode the partition.
 */
export function encodePartition(
  { fields, omitsNullPartitions }: FileEncoding,
  specId: number,
  file: ContentFile,
): string {
  const values = partitionValues(fields.get(specId) ?? [], file)
  return omitsNullPartitions && values.includes(null) ? '' : `,"partition":${stringify(values)}`
}

/** Returns the partition as a list of values in the order of the spec. */
function partitionValues(
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
