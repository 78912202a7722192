import type { Int64, JsonObject } from '@headgate/json'

/** The state of a table at one time. */
export interface Snapshot extends JsonObject {
  readonly 'snapshot-id': Int64
  readonly 'parent-snapshot-id'?: Int64
  /** Missing in snapshots that were written in format 1; they count as 0. */
  readonly 'sequence-number'?: Int64
  /** Epoch milliseconds, by the writer's clock. */
  readonly 'timestamp-ms': Int64
  readonly summary?: Readonly<Record<string, string>>
  readonly 'manifest-list'?: string
  /** Format 1 only, instead of `manifest-list`. */
  readonly manifests?: readonly string[]
  readonly 'schema-id'?: number
  /** Format 3: id of the first row that this snapshot assigns. */
  readonly 'first-row-id'?: Int64
  /** Format 3: how many row ids it assigns, at most. */
  readonly 'added-rows'?: Int64
  readonly 'key-id'?: string
}

/** A branch or tag. */
export interface SnapshotRef extends JsonObject {
  readonly 'snapshot-id': Int64
  readonly type: 'branch' | 'tag'
  /** Branches only. */
  readonly 'min-snapshots-to-keep'?: number
  /** Branches only; milliseconds. */
  readonly 'max-snapshot-age-ms'?: Int64
  readonly 'max-ref-age-ms'?: Int64
}

/** From when on a snapshot was the current one. */
export interface SnapshotLogEntry extends JsonObject {
  readonly 'timestamp-ms': Int64
  readonly 'snapshot-id': Int64
}

/** The branch whose snapshot is the table's current one. */
export const MAIN_BRANCH = 'main'
