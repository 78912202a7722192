import { expect, test } from 'vitest'
import { referencedSnapshotsOnly } from './referenced-snapshots.ts'
import { append, BIG, commit, newTable, setRef } from '../../test/metadata/tables.ts'
import { decodeTableMetadata } from './table/decode-table.ts'
import { encodeTableMetadata } from './table/encode-table.ts'

const full = commit(
  newTable(),
  ...append(1, 1),
  ...append(2, 2),
  ...append(BIG, 3),
  setRef('old', 1, { type: 'tag' }),
)

test('metadata with only referenced snapshots contains the snapshots of branches and tags, and all other fields unchanged', () => {
  const refs = referencedSnapshotsOnly(full)
  expect(refs?.snapshots.map((it) => it['snapshot-id'])).toEqual([1, BIG])
  expect({ ...refs, snapshots: full.snapshots }).toEqual(full)
})

test('metadata with only referenced snapshots can be decoded', () => {
  const refs = referencedSnapshotsOnly(full) ?? full
  expect(decodeTableMetadata(encodeTableMetadata(refs))).toEqual(refs)
})

test('metadata with only referenced snapshots contains the current snapshot if no branch or tag refers to it', () => {
  const { main: _, ...refs } = full.refs
  expect(referencedSnapshotsOnly({ ...full, refs })?.snapshots).toHaveLength(2)
})

test('referencedSnapshotsOnly returns null if branches and tags refer to all snapshots', () => {
  expect(referencedSnapshotsOnly(newTable())).toBeNull()
  expect(referencedSnapshotsOnly(commit(full, setRef('b', 2)))).toBeNull()
})
