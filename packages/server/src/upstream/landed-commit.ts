import type { RemoteMetadata } from './load-result.ts'

/** Traces of a commit in the metadata of a table, which prove it after its response was lost. */
export interface CommitTraces {
  /** UUID of the table. Null when it is not known. */
  readonly uuid: string | null
  /** True when the commit creates the table, so that its UUID proves the commit. */
  readonly creates: boolean
  /** Location of the metadata before the commit, of a table that only this commit may change. Null: not known. */
  readonly before: string | null
  /** Ids of the snapshots that the commit adds, as decimal text. */
  readonly snapshotIds: readonly string[]
}

/** Returns the ids of the snapshots that updates of a commit add. */
export function addedSnapshotIds(updates: readonly { readonly action: string }[]): string[] {
  return updates.flatMap((update) =>
    update.action === 'add-snapshot' && 'snapshot' in update
      ? [String((update.snapshot as { readonly 'snapshot-id': unknown })['snapshot-id'])]
      : [],
  )
}

/**
 * Returns whether metadata contains a commit: the UUID is the one of the commit, and the snapshots prove it. A commit
 * without snapshots is proved only by the creation of the table, or by new metadata of a hidden one.
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
