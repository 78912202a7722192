import type { Int64 } from '@headgate/json'
import type { TableMetadata } from './types.ts'

/**
 * Returns the metadata with only the snapshots that branches and tags refer to, for clients that request
 * `snapshots=refs`. Returns null if all snapshots are referenced.
 */
export function referencedSnapshotsOnly(metadata: TableMetadata): TableMetadata | null {
  const referenced = new Set<Int64>(Object.values(metadata.refs).map((ref) => ref['snapshot-id']))
  const current = metadata['current-snapshot-id']
  if (current !== null) referenced.add(current)
  const snapshots = metadata.snapshots.filter((snapshot) => referenced.has(snapshot['snapshot-id']))
  return snapshots.length === metadata.snapshots.length ? null : { ...metadata, snapshots }
}
