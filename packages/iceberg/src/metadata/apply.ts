import { build } from './builder/build.ts'
import { createDraft, createEmptyDraft, type Draft } from './builder/draft.ts'
import { appendMetadataLog } from './builder/metadata-log.ts'
import type { FormatVersion, TableMetadata } from './types.ts'
import { applyUpdate } from './update/apply-update.ts'
import { supportedVersion } from './update/table.ts'
import type { TableUpdate } from './update/types.ts'

const DEFAULT_FORMAT_VERSION = 2

/**
 * Inputs of a commit in addition to its updates: time, location of the current metadata file, UUID of a new table.
 */
export interface ApplyContext {
  /**
   * Current time of the catalog in ms since the epoch. Becomes `last-updated-ms`, unless the current metadata of the
   * table has a later time.
   */
  readonly now: number
  /**
   * Location of the metadata file with the current metadata of the table, which the commit adds to the metadata log.
   * Null or missing: the log stays unchanged.
   */
  readonly baseLocation?: string | null
  /** UUID for a new table if no update assigns a UUID. */
  readonly uuid?: string
}

/** Result of {@link applyTableUpdates}. */
export interface AppliedUpdates {
  /** New metadata, or the object `base` itself if the updates changed nothing. */
  readonly metadata: TableMetadata
  readonly changed: boolean
  /**
   * Metadata files that the log no longer contains, and that the caller must delete after the commit. Empty unless the
   * table has `write.metadata.delete-after-commit.enabled`.
   */
  readonly expiredMetadataFiles: readonly string[]
}

/**
 * Applies the updates of one commit, in order, to `base`, the current metadata of a table. If `base` is null, the
 * commit creates the table (the second step of a staged creation). Returns new metadata and does not change `base`.
 * Does not check requirements: call `checkTableRequirements` first.
 *
 * Source: Iceberg REST specification, updateTable and commitTransaction.
 *
 * @throws {HeadgateError} `commit-failed` ("Validation failed, please retry: …") when a snapshot was created for an
 *   older state of the table, and `bad-request` when an update cannot be applied
 * @example
 * ```ts
 * checkTableRequirements(base, requirements)
 * const { metadata, changed } = applyTableUpdates(base, updates, { now: Date.now(), baseLocation })
 * ```
 */
export function applyTableUpdates(
  base: TableMetadata | null,
  updates: readonly TableUpdate[],
  context: ApplyContext,
): AppliedUpdates {
  const draft =
    base === null ? createEmptyDraft(initialVersion(updates), context.now) : createDraft(base, context.now)
  for (const update of updates) applyUpdate(draft, update)
  if (base === null) return created(draft, context)
  if (!draft.changes.any) return { metadata: base, changed: false, expiredMetadataFiles: [] }
  const log = appendMetadataLog(base, context.baseLocation ?? null, draft.properties)
  return { metadata: build(draft, log.entries), changed: true, expiredMetadataFiles: log.expired }
}

function created(draft: Draft, context: ApplyContext): AppliedUpdates {
  draft.uuid ??= context.uuid
  return { metadata: build(draft, []), changed: true, expiredMetadataFiles: [] }
}

/** Returns the format version of a new table, which the first update `upgrade-format-version` sets. */
function initialVersion(updates: readonly TableUpdate[]): FormatVersion {
  for (const update of updates)
    if (update.action === 'upgrade-format-version') return supportedVersion(update['format-version'])
  return DEFAULT_FORMAT_VERSION
}
