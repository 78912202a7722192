import { toInt64 } from '@headgate/json'
import { applyTableUpdates } from '../../metadata/apply.ts'
import type { TableMetadata } from '../../metadata/types.ts'
import type { TableUpdate } from '../../metadata/update/types.ts'
import { sameJson } from '../../view/same-json.ts'

/**
 * Whether a commit can be seen in a table: by what nobody else could have written (snapshots, the uuid of a new table),
 * as a commit is made wholly or not at all; and if it has nothing of the kind, because it would change nothing any more.
 */
export function tableLanded(updates: readonly TableUpdate[], metadata: TableMetadata): boolean {
  const marks = updates.flatMap((update) => {
    if (update.action === 'assign-uuid') return [sameUuid(update.uuid, metadata['table-uuid'])]
    if (update.action !== 'add-snapshot') return []
    const id = toInt64(update.snapshot['snapshot-id'])
    return [metadata.snapshots.some((snapshot) => snapshot['snapshot-id'] === id)]
  })
  return marks.length > 0 ? marks.every(Boolean) : leavesAsIs(updates, metadata)
}

const sameUuid = (a: string, b: string | undefined): boolean => a.toLowerCase() === b?.toLowerCase()

function leavesAsIs(updates: readonly TableUpdate[], metadata: TableMetadata): boolean {
  try {
    const now = Number(metadata['last-updated-ms'])
    return sameJson(applyTableUpdates(metadata, updates, { now }).metadata, metadata)
  } catch {
    // They cannot be applied to it, so they were not.
    return false
  }
}
