import type { RemoteMetadata } from './load-result.ts'

/**
 * Values by which the server finds a commit in the metadata of a table after the response to the commit was
 * lost.
 */
export interface CommitTraces {
  /** UUID of the table. Null when the UUID is not known. */
  readonly uuid: string | null
  /** True when the commit creates the table. The UUID of the table then proves the commit. */
  readonly creates: boolean
  /**
   * Location of the metadata file before the commit, for a hidden table that only this commit may change.
   * Null when the location is not known.
   */
  readonly before: string | null
  /** Ids of the snapshots that the commit adds, as decimal text. */
  readonly snapshotIds: readonly string[]
}

/** Returns the ids of the snapshots that the updates of a commit add. */
export function addedSnapshotIds(updates: readonly { readonly action: string }[]): string[] {
  return updates.flatMap((update) =>
    update.action === 'add-snapshot' && 'snapshot' in update
      ? [String((update.snapshot as { readonly 'snapshot-id': unknown })['snapshot-id'])]
      : [],
  )
}

/**
 * Returns whether the metadata of a table contain the changes of a commit. The UUID must be that of the
 * commit, and all snapshots that the commit adds must exist. For a commit without snapshots, returns true
 * only if the commit creates the table, or if the metadata file of a hidden table has changed.
 */
export function hasLanded(
  remote: RemoteMetadata,
  { uuid, creates, before, snapshotIds }: CommitTraces,
): boolean {
  if (uuid !== null && remote.uuid !== uuid.toLowerCase()) return false
  if (before !== null && remote.metadataLocation === before) return false
  if (snapshotIds.length === 0) return uuid !== null && (creates || before !== null)
  const text = remote.text.toString()
  return snapshotIds.every((id) => new RegExp(`"snapshot-id"\\s*:\\s*${id}\\b`).test(text))
}
