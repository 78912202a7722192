import { HeadgateError } from '@headgate/errors'
import { addInt64, type Int64 } from '@headgate/json'
import type { Draft } from '../builder/draft.ts'
import { invalid } from '../../field-error.ts'
import type { Snapshot } from '../snapshot/types.ts'
import { hasRefs, removeRef } from './refs.ts'
import { removePartitionStatistics, removeStatistics } from './statistics.ts'

/**
 * Returns the error for an added snapshot that was created for an older state of the table. The client can load the
 * table again and retry. If the same commit creates the table, no newer state exists, and the error tells the client
 * not to retry.
 */
function stale(draft: Draft, message: string): HeadgateError {
  if (draft.isNew) return invalid(message)
  return new HeadgateError('commit-failed', `Validation failed, please retry: ${message}`)
}

/** Adds a snapshot, and updates the sequence number and the next row id of the table. */
export function addSnapshot(draft: Draft, snapshot: Snapshot): void {
  if (draft.schemas.size === 0) throw invalid('Attempting to add a snapshot before a schema is added')
  if (draft.specs.size === 0) throw invalid('Attempting to add a snapshot before a partition spec is added')
  if (draft.orders.size === 0) throw invalid('Attempting to add a snapshot before a sort order is added')
  const id = snapshot['snapshot-id']
  if (draft.formatVersion > 1 && snapshot['manifest-list'] === undefined)
    throw invalid(`Cannot add snapshot ${id}: format v${draft.formatVersion} requires manifest-list`)
  if (draft.snapshots.has(id)) throw invalid(`Snapshot already exists for id: ${id}`)
  const sequence = snapshot['sequence-number'] ?? 0
  const last = draft.lastSequenceNumber
  if (draft.formatVersion > 1 && sequence <= last && snapshot['parent-snapshot-id'] !== undefined)
    throw stale(
      draft,
      `Cannot add snapshot with sequence number ${sequence} older than last sequence number ${last}`,
    )
  if (draft.formatVersion >= 3) assignRows(draft, snapshot)
  // The sequence number of the table never decreases, although a snapshot without a parent may have a lower sequence
  // number.
  if (sequence > last) draft.lastSequenceNumber = sequence
  draft.snapshots.set(id, snapshot)
  draft.changes.addedSnapshots.add(id)
  draft.changes.any = true
}

/** Increases the next row id of the table by the rows of a snapshot. */
function assignRows(draft: Draft, snapshot: Snapshot): void {
  const first = snapshot['first-row-id']
  const added = snapshot['added-rows']
  if (first === undefined || added === undefined) throw invalid('Cannot add a snapshot: first-row-id is null')
  if (first < draft.nextRowId)
    throw stale(
      draft,
      `Cannot add a snapshot, first-row-id is behind table next-row-id: ${first} < ${draft.nextRowId}`,
    )
  try {
    draft.nextRowId = addInt64(first, added)
  } catch (cause) {
    throw invalid(`Cannot add a snapshot: no row ids left after ${first} + ${added}`, undefined, cause)
  }
}

/** Removes snapshots with their statistics, and the branches and tags that refer to them. Ignores unknown ids. */
export function removeSnapshots(draft: Draft, ids: readonly Int64[]): void {
  let isReferenced = false
  for (const id of ids) {
    if (!draft.snapshots.delete(id)) continue
    isReferenced ||= hasRefs(draft, id)
    draft.changes.removedSnapshots = true
    draft.changes.any = true
    removeStatistics(draft, id)
    removePartitionStatistics(draft, id)
  }
  if (isReferenced) {
    draft.budget.spend(draft.refs.size)
    for (const [name, ref] of draft.refs) if (!draft.snapshots.has(ref['snapshot-id'])) removeRef(draft, name)
  }
  if (draft.currentSnapshotId !== null && !draft.snapshots.has(draft.currentSnapshotId))
    draft.currentSnapshotId = null
}
