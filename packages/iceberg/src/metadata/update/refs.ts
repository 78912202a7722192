import type { Int64 } from '@headgate/json'
import type { Draft } from '../builder/draft.ts'
import { invalid } from '../../field-error.ts'
import { checkNewName } from '../../new-name.ts'
import { MAIN_BRANCH, type SnapshotRef } from '../snapshot/types.ts'

/** Creates or changes a branch or tag. A change of `main` changes the current snapshot of the table. */
export function setRef(draft: Draft, name: string, ref: SnapshotRef): void {
  const existing = draft.refs.get(name)
  if (existing !== undefined && sameRef(existing, ref)) return
  if (existing === undefined) checkNewName(name, 'name of a branch or tag')
  const id = ref['snapshot-id']
  const snapshot = draft.snapshots.get(id)
  if (snapshot === undefined) throw invalid(`Cannot set ${name} to unknown snapshot: ${id}`)
  if (name === MAIN_BRANCH) {
    if (ref.type !== 'branch') throw invalid(`Cannot set ${MAIN_BRANCH} to a tag, it must be a branch`)
    draft.currentSnapshotId = id
    // For a rollback to an older snapshot, the log contains the time of this commit instead of the time of the
    // snapshot.
    const added = draft.changes.addedSnapshots.has(id)
    if (added) draft.changes.madeCurrent.add(id)
    draft.snapshotLog.push({
      'timestamp-ms': added ? snapshot['timestamp-ms'] : draft.now,
      'snapshot-id': id,
    })
  }
  countRef(draft, existing, -1)
  countRef(draft, ref, 1)
  draft.refs.set(name, ref)
  draft.changes.any = true
}

/** Removes a branch or tag. Ignores unknown names. Without `main`, the table has no current snapshot. */
export function removeRef(draft: Draft, name: string): void {
  if (name === MAIN_BRANCH && draft.currentSnapshotId !== null) {
    draft.currentSnapshotId = null
    draft.changes.any = true
  }
  countRef(draft, draft.refs.get(name), -1)
  if (draft.refs.delete(name)) draft.changes.any = true
}

/** Returns whether any branch or tag of a table refers to a snapshot. */
export function hasRefs(draft: Draft, snapshotId: Int64): boolean {
  if (draft.refCounts === undefined) {
    draft.refCounts = new Map()
    for (const ref of draft.refs.values()) countRef(draft, ref, 1)
  }
  return (draft.refCounts.get(snapshotId) ?? 0) > 0
}

function countRef({ refCounts }: Draft, ref: SnapshotRef | undefined, change: 1 | -1): void {
  if (refCounts === undefined || ref === undefined) return
  const id = ref['snapshot-id']
  refCounts.set(id, (refCounts.get(id) ?? 0) + change)
}

function sameRef(a: SnapshotRef, b: SnapshotRef): boolean {
  return (
    a['snapshot-id'] === b['snapshot-id'] &&
    a.type === b.type &&
    a['min-snapshots-to-keep'] === b['min-snapshots-to-keep'] &&
    a['max-snapshot-age-ms'] === b['max-snapshot-age-ms'] &&
    a['max-ref-age-ms'] === b['max-ref-age-ms']
  )
}
