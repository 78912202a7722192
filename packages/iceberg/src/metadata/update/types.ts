import type { Int64 } from '@headgate/json'
import type { PartitionSpec } from '../partition/types.ts'
import type { Schema } from '../schema/types.ts'
import type { Snapshot, SnapshotRef } from '../snapshot/types.ts'
import type { SortOrder } from '../sort/types.ts'
import type { PartitionStatisticsFile, StatisticsFile } from '../statistics/types.ts'
import type { EncryptedKey } from '../types.ts'

/**
 * One of the `updates` of a commit (Iceberg REST specification, `TableUpdate`). The id -1 of a schema, spec or order
 * refers to the last schema, spec or order that the same commit added.
 */
export type TableUpdate =
  | { readonly action: 'assign-uuid'; readonly uuid: string }
  | { readonly action: 'upgrade-format-version'; readonly 'format-version': number }
  | { readonly action: 'set-location'; readonly location: string }
  | { readonly action: 'add-schema'; readonly schema: Schema }
  | { readonly action: 'set-current-schema'; readonly 'schema-id': number }
  | { readonly action: 'remove-schemas'; readonly 'schema-ids': readonly number[] }
  | { readonly action: 'add-spec'; readonly spec: PartitionSpec }
  | { readonly action: 'set-default-spec'; readonly 'spec-id': number }
  | { readonly action: 'remove-partition-specs'; readonly 'spec-ids': readonly number[] }
  | { readonly action: 'add-sort-order'; readonly 'sort-order': SortOrder }
  | { readonly action: 'set-default-sort-order'; readonly 'sort-order-id': number }
  | { readonly action: 'add-snapshot'; readonly snapshot: Snapshot }
  | { readonly action: 'remove-snapshots'; readonly 'snapshot-ids': readonly Int64[] }
  | { readonly action: 'set-snapshot-ref'; readonly 'ref-name': string; readonly ref: SnapshotRef }
  | { readonly action: 'remove-snapshot-ref'; readonly 'ref-name': string }
  | { readonly action: 'set-properties'; readonly updates: Readonly<Record<string, string>> }
  | { readonly action: 'remove-properties'; readonly removals: readonly string[] }
  | { readonly action: 'set-statistics'; readonly statistics: StatisticsFile }
  | { readonly action: 'remove-statistics'; readonly 'snapshot-id': Int64 }
  | { readonly action: 'set-partition-statistics'; readonly 'partition-statistics': PartitionStatisticsFile }
  | { readonly action: 'remove-partition-statistics'; readonly 'snapshot-id': Int64 }
  | { readonly action: 'add-encryption-key'; readonly 'encryption-key': EncryptedKey }
  | { readonly action: 'remove-encryption-key'; readonly 'key-id': string }

/** Value of the member `action` of an update. */
export type TableUpdateAction = TableUpdate['action']
