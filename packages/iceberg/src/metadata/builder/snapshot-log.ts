import type { Int64 } from '@headgate/json'
import { invalid } from '../../field-error.ts'
import type { SnapshotLogEntry } from '../snapshot/types.ts'
import type { Draft } from './draft.ts'

/**
 * Returns the snapshot log after a commit. Omits snapshots that were current only between two updates of the commit,
 * because no reader saw them. If a snapshot was removed, removes its entry and all earlier entries: a log with a gap
 * would show another snapshot as the current one at that time.
 */
export function correctedSnapshotLog(draft: Draft): readonly SnapshotLogEntry[] {
  const { changes, snapshots, snapshotLog } = draft
  const current = draft.currentSnapshotId
  const intermediate = new Set<Int64>(changes.madeCurrent)
  if (current !== null) intermediate.delete(current)
  if (intermediate.size === 0 && !changes.removedSnapshots) return snapshotLog
  let log: SnapshotLogEntry[] = []
  for (const entry of snapshotLog) {
    const id = entry['snapshot-id']
    if (!snapshots.has(id)) {
      if (changes.removedSnapshots) log = []
    } else if (!intermediate.has(id)) {
      log.push(entry)
    }
  }
  if (current !== null && log.at(-1)?.['snapshot-id'] !== current)
    throw invalid('Cannot set invalid snapshot log: latest entry is not the current snapshot')
  return log
}
