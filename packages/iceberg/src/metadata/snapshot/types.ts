import type { Int64, JsonObject } from '@headgate/json'

/** State of a table at one time. */
export interface Snapshot extends JsonObject {
  readonly 'snapshot-id': Int64
  readonly 'parent-snapshot-id'?: Int64
  /** Missing in snapshots of format 1, for which it is 0. */
  readonly 'sequence-number'?: Int64
  /** Time of the writer in ms since the epoch. */
  readonly 'timestamp-ms': Int64
  readonly summary?: Readonly<Record<string, string>>
  readonly 'manifest-list'?: string
  /** Replaces `manifest-list` in format 1. */
  readonly manifests?: readonly string[]
  readonly 'schema-id'?: number
  /** First row id that this snapshot assigns (format 3). */
  readonly 'first-row-id'?: Int64
  /** Maximum number of row ids that this snapshot assigns (format 3). */
  readonly 'added-rows'?: Int64
  readonly 'key-id'?: string
}

/** A branch or tag. */
export interface SnapshotRef extends JsonObject {
  readonly 'snapshot-id': Int64
  readonly type: 'branch' | 'tag'
  /** Number of snapshots to keep. Only for branches. */
  readonly 'min-snapshots-to-keep'?: number
  /** Age in ms of the oldest snapshot to keep. Only for branches. */
  readonly 'max-snapshot-age-ms'?: Int64
  readonly 'max-ref-age-ms'?: Int64
}

/** Time from which a snapshot was the current one, in ms since the epoch. */
export interface SnapshotLogEntry extends JsonObject {
  readonly 'timestamp-ms': Int64
  readonly 'snapshot-id': Int64
}

/** Branch that determines the current snapshot of the table. */
export const MAIN_BRANCH = 'main'
