import type { Int64 } from '@headgate/json'
import type { ColumnMap } from './column-map.ts'

/** Kind of the files that a manifest lists: data files or delete files. */
export type ManifestContent = 'data' | 'deletes'

/** Entry of a manifest list, which describes one manifest. */
export interface ManifestFile {
  readonly path: string
  readonly lengthInBytes: Int64
  readonly specId: number
  readonly content: ManifestContent
  /** Sequence number of the commit that added the manifest. 0 in format 1. */
  readonly sequenceNumber: Int64
  readonly minSequenceNumber: Int64
  /** Id of the snapshot that added the manifest. */
  readonly addedSnapshotId: Int64 | null
  /** Number of files with the status `added`. Null: unknown. */
  readonly addedFiles: number | null
  readonly existingFiles: number | null
  readonly deletedFiles: number | null
  /** Summaries of the values of each partition field, in the order of the partition spec. Null: unknown. */
  readonly partitions: readonly FieldSummary[] | null
  readonly keyMetadata: Buffer | null
  /** Row id of the first row in the added files (format 3). */
  readonly firstRowId: Int64 | null
}

/**
 * Summary of the values of one partition field in the files of a manifest. The bounds are in the binary single-value
 * form (Iceberg table specification, appendix D).
 */
export interface FieldSummary {
  readonly containsNull: boolean
  /** Whether a value is NaN. Null: unknown. */
  readonly containsNan: boolean | null
  readonly lower: Buffer | null
  readonly upper: Buffer | null
}

/** Status of a file in a manifest entry. */
export type EntryStatus = 'existing' | 'added' | 'deleted'

/** Manifest entry: one file and its status. A member is null if the entry inherits its value from the manifest. */
export interface ManifestEntry {
  readonly status: EntryStatus
  readonly snapshotId: Int64 | null
  /** Data sequence number, which determines the delete files that apply to the file. Null: inherited. */
  readonly sequenceNumber: Int64 | null
  readonly fileSequenceNumber: Int64 | null
  readonly file: ContentFile
}

export type FileContent = 'data' | 'position-deletes' | 'equality-deletes'

/** Value of one partition field in its Avro form: decimals, UUIDs, fixed and binary values are bytes. */
export type PartitionValue = null | boolean | Int64 | string | Buffer

/** Partition of a file: the values of its partition fields and, in the same order, the ids of these fields. */
export interface PartitionValues {
  readonly fieldIds: readonly number[]
  readonly values: readonly PartitionValue[]
}

/** Data file or delete file that a manifest entry describes. */
export interface ContentFile {
  readonly content: FileContent
  readonly path: string
  /** File format in lower case: `parquet`, `orc`, `avro`, `puffin`. */
  readonly format: string
  readonly partition: PartitionValues
  readonly recordCount: Int64
  readonly sizeInBytes: Int64
  readonly columnSizes: ColumnMap<Int64> | null
  readonly valueCounts: ColumnMap<Int64> | null
  readonly nullValueCounts: ColumnMap<Int64> | null
  readonly nanValueCounts: ColumnMap<Int64> | null
  /** Lower bound of the values by column id, in the binary single-value form of the column's type. */
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
