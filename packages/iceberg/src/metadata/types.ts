import type { Int64, JsonObject } from '@headgate/json'
import type { PartitionSpec } from './partition/types.ts'
import type { Schema } from './schema/types.ts'
import type { Snapshot, SnapshotLogEntry, SnapshotRef } from './snapshot/types.ts'
import type { SortOrder } from './sort/types.ts'
import type { PartitionStatisticsFile, StatisticsFile } from './statistics/types.ts'

/** Versions of the table format that can be read and written. Version 4 is in development and refused. */
export type FormatVersion = 1 | 2 | 3

/** The highest table format version that is read and written. */
export const SUPPORTED_FORMAT_VERSION = 3

/** One earlier metadata file of a table. `timestamp-ms` is its own `last-updated-ms` (epoch milliseconds). */
export interface MetadataLogEntry extends JsonObject {
  readonly 'timestamp-ms': Int64
  readonly 'metadata-file': string
}

/** A key that encrypts others or a snapshot's manifest list; `encrypted-key-metadata` is base64. */
export interface EncryptedKey extends JsonObject {
  readonly 'key-id': string
  readonly 'encrypted-key-metadata': string
  readonly 'encrypted-by-id'?: string
  readonly properties?: Readonly<Record<string, string>>
}

/**
 * The state of a table: the document of the Iceberg table specification, with the specification's own keys.
 *
 * It is normalised, so that code need not know how each format version spells things: every list and map is present,
 * "no current snapshot" is null, the singular `schema` and `partition-spec` of version 1 are folded into the lists, and
 * numbers that a version does not have are 0. Fields that are not known here are kept, at every level.
 * Values are never changed after they were made; updates make new ones.
 */
export interface TableMetadata extends JsonObject {
  readonly 'format-version': FormatVersion
  /** Missing only in version 1. */
  readonly 'table-uuid'?: string
  /** Without a trailing slash. */
  readonly location: string
  readonly 'last-sequence-number': Int64
  /** Epoch milliseconds. */
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
