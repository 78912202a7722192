import type { Int64 } from '@headgate/json'
import type { ColumnMap } from './column-map.ts'

/** Kind of files that a manifest names. */
export type ManifestContent = 'data' | 'deletes'

/** Manifest, as a manifest list describes it. */
export interface ManifestFile {
  readonly path: string
  readonly lengthInBytes: Int64
  readonly specId: number
  readonly content: ManifestContent
  /** Sequence number with which the manifest was added. 0 in format 1. */
  readonly sequenceNumber: Int64
  readonly minSequenceNumber: Int64
  /** Snapshot that added the manifest. */
  readonly addedSnapshotId: Int64 | null
  /** Numbers of files. Null: unknown. */
  readonly addedFiles: number | null
  readonly existingFiles: number | null
  readonly deletedFiles: number | null
  /** Summaries of the partition fields, in the order of the partition spec. Null: unknown. */
  readonly partitions: readonly FieldSummary[] | null
  readonly keyMetadata: Buffer | null
  /** First row id of the rows of added files (format 3). */
  readonly firstRowId: Int64 | null
}

/** Values of one partition field in the files of a manifest. Bounds are in the binary single-value form of the type. */
export interface FieldSummary {
  readonly containsNull: boolean
  /** Null: unknown. */
  readonly containsNan: boolean | null
  readonly lower: Buffer | null
  readonly upper: Buffer | null
}

/** State of a file in a manifest. */
export type EntryStatus = 'existing' | 'added' | 'deleted'

/** Entry of a manifest. Fields that the entry inherits from its manifest are null. */
export interface ManifestEntry {
  readonly status: EntryStatus
  readonly snapshotId: Int64 | null
  /** Data sequence number. */
  readonly sequenceNumber: Int64 | null
  readonly fileSequenceNumber: Int64 | null
  readonly file: ContentFile
}

export type FileContent = 'data' | 'position-deletes' | 'equality-deletes'

/** Value of a partition field as Avro contains it: decimals, uuids, fixed and binary values are bytes. */
export type PartitionValue = null | boolean | Int64 | string | Buffer

/** Partition of a file: values and, in the same order, the ids of their partition fields. */
export interface PartitionValues {
  readonly fieldIds: readonly number[]
  readonly values: readonly PartitionValue[]
}

/** File of a table, as a manifest describes it. */
export interface ContentFile {
  readonly content: FileContent
  readonly path: string
  /** Format in lower case: `parquet`, `orc`, `avro`, `puffin`. */
  readonly format: string
  readonly partition: PartitionValues
  readonly recordCount: Int64
  readonly sizeInBytes: Int64
  readonly columnSizes: ColumnMap<Int64> | null
  readonly valueCounts: ColumnMap<Int64> | null
  readonly nullValueCounts: ColumnMap<Int64> | null
  readonly nanValueCounts: ColumnMap<Int64> | null
  /** Bounds in the binary single-value form of the column's type. */
  readonly lowerBounds: ColumnMap<Buffer> | null
  readonly upperBounds: ColumnMap<Buffer> | null
  readonly keyMetadata: Buffer | null
  readonly splitOffsets: readonly Int64[] | null
  readonly equalityIds: readonly number[] | null
  readonly sortOrderId: number | null
  readonly firstRowId: Int64 | null
  readonly referencedDataFile: string | null
  readonly contentOffset: Int64 | null
  readonly contentSizeInBytes: Int64 | null
}
