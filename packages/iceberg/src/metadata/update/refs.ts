import type { Draft } from '../builder/draft.ts'
import { invalid } from '../../field-error.ts'
import { checkNewName } from '../../new-name.ts'
import { MAIN_BRANCH, type SnapshotRef } from '../snapshot/types.ts'

/** Creates, moves or changes a branch or tag. Moving `main` changes the table's current snapshot. */
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
    // Going back to an older snapshot happens now, not when that snapshot was made.
    const added = draft.changes.addedSnapshots.has(id)
    if (added) draft.changes.madeCurrent.add(id)
    draft.snapshotLog.push({
      'timestamp-ms': added ? snapshot['timestamp-ms'] : draft.now,
      'snapshot-id': id,
    })
  }
  draft.refs.set(name, ref)
  draft.changes.any = true
}

/** Removes a branch or tag; unknown names are ignored. Without `main` there is no current snapshot. */
export function removeRef(draft: Draft, name: string): void {
  if (name === MAIN_BRANCH && draft.currentSnapshotId !== null) {
    draft.currentSnapshotId = null
    draft.changes.any = true
  }
  if (draft.refs.delete(name)) draft.changes.any = true
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
