import { build } from './builder/build.ts'
import { draftFrom, emptyDraft, type Draft } from './builder/draft.ts'
import { appendMetadataLog } from './builder/metadata-log.ts'
import type { FormatVersion, TableMetadata } from './types.ts'
import { applyUpdate } from './update/apply-update.ts'
import { supportedVersion } from './update/table.ts'
import type { TableUpdate } from './update/types.ts'

const DEFAULT_FORMAT_VERSION = 2

/** What a commit knows besides its updates. */
export interface ApplyContext {
  /** Epoch milliseconds by the catalog's clock; becomes `last-updated-ms`, unless that of the base is later. */
  readonly now: number
  /** The metadata file of the base, which becomes an entry of the metadata log; null or missing: none is added. */
  readonly baseLocation?: string | null
  /** For a table that is created by updates none of which assigns a uuid. */
  readonly uuid?: string
}

/** What a set of updates came to. */
export interface AppliedUpdates {
  /** The base itself when nothing changed. */
  readonly metadata: TableMetadata
  readonly changed: boolean
  /**
   * Files that fell off the metadata log and are to be deleted once the commit is certain. Empty unless the table has
   * `write.metadata.delete-after-commit.enabled`.
   */
  readonly expiredMetadataFiles: readonly string[]
}

/**
 * Applies the updates of one commit, in order and all or none, to the current metadata of a table; with null, to a
 * table that the commit creates (the second half of a staged creation). Requirements are not looked at: check them
 * first with `checkTableRequirements`.
 *
 * Source: Iceberg REST specification, updateTable and commitTransaction.
 *
 * @throws {HeadgateError} commit-failed ("Validation failed, please retry: …") when a snapshot was made for an older
 *   state of the table; bad-request for everything else that cannot be applied
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
    base === null ? emptyDraft(initialVersion(updates), context.now) : draftFrom(base, context.now)
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

/** A table is created in the version that the updates upgrade it to first. */
function initialVersion(updates: readonly TableUpdate[]): FormatVersion {
  for (const update of updates)
    if (update.action === 'upgrade-format-version') return supportedVersion(update['format-version'])
  return DEFAULT_FORMAT_VERSION
}
