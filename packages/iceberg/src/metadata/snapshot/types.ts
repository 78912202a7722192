import type { Int64, JsonObject } from '@headgate/json'

/** State of a table at one time. */
export interface Snapshot extends JsonObject {
  readonly 'snapshot-id': Int64
  readonly 'parent-snapshot-id'?: Int64
  /** Sequence number. Missing in snapshots of format 1, which readers treat as 0. */
  readonly 'sequence-number'?: Int64
  /** Time at which the writer created the snapshot, in ms since the epoch. */
  readonly 'timestamp-ms': Int64
  readonly summary?: Readonly<Record<string, string>>
  readonly 'manifest-list'?: string
  /** Locations of the manifests. Snapshots of format 1 can have this member instead of `manifest-list`. */
  readonly manifests?: readonly string[]
  readonly 'schema-id'?: number
  /** First row id that is assigned to rows of this snapshot (format 3). */
  readonly 'first-row-id'?: Int64
  /** Maximum number of row ids that this snapshot assigns (format 3). */
  readonly 'added-rows'?: Int64
  readonly 'key-id'?: string
}

/** A branch or tag: a name that refers to a snapshot, with its retention settings. */
export interface SnapshotRef extends JsonObject {
  readonly 'snapshot-id': Int64
  readonly type: 'branch' | 'tag'
  /** Minimum number of snapshots of the branch to keep. Tags do not have this member. */
  readonly 'min-snapshots-to-keep'?: number
  /** Maximum age of the snapshots of the branch to keep, in ms. Tags do not have this member. */
  readonly 'max-snapshot-age-ms'?: Int64
  readonly 'max-ref-age-ms'?: Int64
}

/**
 * Snapshot that became the current snapshot of the table. `timestamp-ms` is the time of this change, in ms since the
 * epoch.
 */
export interface SnapshotLogEntry extends JsonObject {
  readonly 'timestamp-ms': Int64
  readonly 'snapshot-id': Int64
}

/** Branch that determines the current snapshot of the table. */
export const MAIN_BRANCH = 'main'
