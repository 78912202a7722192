import type { Int64, JsonObject } from '@headgate/json'
import type { PartitionSpec } from './partition/types.ts'
import type { Schema } from './schema/types.ts'
import type { Snapshot, SnapshotLogEntry, SnapshotRef } from './snapshot/types.ts'
import type { SortOrder } from './sort/types.ts'
import type { PartitionStatisticsFile, StatisticsFile } from './statistics/types.ts'

/** Versions of the table format that can be read and written. Version 4 is not final, and is refused. */
export type FormatVersion = 1 | 2 | 3

/** Highest supported version of the table format. */
export const SUPPORTED_FORMAT_VERSION = 3

/** Earlier metadata file of a table. `timestamp-ms` is its `last-updated-ms`, in ms since the epoch. */
export interface MetadataLogEntry extends JsonObject {
  readonly 'timestamp-ms': Int64
  readonly 'metadata-file': string
}

/** Key that encrypts other keys or the manifest list of a snapshot. `encrypted-key-metadata` is base64. */
export interface EncryptedKey extends JsonObject {
  readonly 'key-id': string
  readonly 'encrypted-key-metadata': string
  readonly 'encrypted-by-id'?: string
  readonly properties?: Readonly<Record<string, string>>
}

/**
 * State of a table: the metadata document of the Iceberg table specification, with the same keys.
 *
 * The state is normalized, so that other code does not depend on the format version. Every list and map is present,
 * `current-snapshot-id` is null if there is no current snapshot, the lists contain `schema` and `partition-spec` of
 * version 1, and numbers that a version does not have are 0. Unknown fields are kept at every level. Values are
 * immutable; updates create new values.
 */
export interface TableMetadata extends JsonObject {
  readonly 'format-version': FormatVersion
  /** UUID of the table. Can be missing only in version 1. */
  readonly 'table-uuid'?: string
  /** Location of the table, without a trailing slash. */
  readonly location: string
  readonly 'last-sequence-number': Int64
  /** Time of the last commit in ms since the epoch. */
  readonly 'last-updated-ms': Int64
  readonly 'last-column-id': number
  readonly schemas: readonly Schema[]
  readonly 'current-schema-id': number
  readonly 'partition-specs': readonly PartitionSpec[]
  readonly 'default-spec-id': number
  readonly 'last-partition-id': number
  readonly 'sort-orders': readonly SortOrder[]
  readonly 'default-sort-order-id': number
  readonly properties: Readonly<Record<string, string>>
  readonly 'current-snapshot-id': Int64 | null
  readonly 'next-row-id': Int64
  readonly refs: Readonly<Record<string, SnapshotRef>>
  readonly snapshots: readonly Snapshot[]
  readonly statistics: readonly StatisticsFile[]
  readonly 'partition-statistics': readonly PartitionStatisticsFile[]
  readonly 'snapshot-log': readonly SnapshotLogEntry[]
  readonly 'metadata-log': readonly MetadataLogEntry[]
  readonly 'encryption-keys': readonly EncryptedKey[]
}
