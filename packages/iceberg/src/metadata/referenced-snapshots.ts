import type { Int64 } from '@headgate/json'
import type { TableMetadata } from './types.ts'

/**
 * The metadata with only the snapshots that branches and tags point to, which clients get for `snapshots=refs` and
 * complete when they need history. Null when it would be the same as the full one.
 */
export function referencedSnapshotsOnly(metadata: TableMetadata): TableMetadata | null {
  const referenced = new Set<Int64>(Object.values(metadata.refs).map((ref) => ref['snapshot-id']))
  const current = metadata['current-snapshot-id']
  if (current !== null) referenced.add(current)
  const snapshots = metadata.snapshots.filter((snapshot) => referenced.has(snapshot['snapshot-id']))
  return snapshots.length === metadata.snapshots.length ? null : { ...metadata, snapshots }
}
