import { expect, test } from 'vitest'
import { referencedSnapshotsOnly } from './referenced-snapshots.ts'
import { append, BIG, commit, newTable, setRef } from './test-support.ts'
import { decodeTableMetadata } from './table/decode-table.ts'
import { encodeTableMetadata } from './table/encode-table.ts'

const full = commit(
  newTable(),
  ...append(1, 1),
  ...append(2, 2),
  ...append(BIG, 3),
  setRef('old', 1, { type: 'tag' }),
)

test('only snapshots of branches and tags are left, and all else stays', () => {
  const refs = referencedSnapshotsOnly(full)
  expect(refs?.snapshots.map((it) => it['snapshot-id'])).toEqual([1, BIG])
  expect({ ...refs, snapshots: full.snapshots }).toEqual(full)
})

test('it is metadata that can be read', () => {
  const refs = referencedSnapshotsOnly(full) ?? full
  expect(decodeTableMetadata(encodeTableMetadata(refs))).toEqual(refs)
})

test('the current snapshot stays even when no ref says so', () => {
  const { main: _, ...refs } = full.refs
  expect(referencedSnapshotsOnly({ ...full, refs })?.snapshots).toHaveLength(2)
})

test('when all snapshots are referenced there is no second form', () => {
  expect(referencedSnapshotsOnly(newTable())).toBeNull()
  expect(referencedSnapshotsOnly(commit(full, setRef('b', 2)))).toBeNull()
})
