import type { JsonObject } from '@headgate/json'
import { expect, test } from 'vitest'
import { applyTableUpdates } from '../apply.ts'
import {
  addSnapshot,
  append,
  apply,
  BIG,
  commit,
  newTable,
  NOW,
  refusal,
  setRef,
} from '../../../test/metadata/tables.ts'
import type { TableMetadata } from '../types.ts'
import { decodeTableUpdate } from './decode-update.ts'

const base = newTable()
const one = commit(base, ...append(1, 1))
const remove = (...ids: readonly (number | bigint)[]): JsonObject => ({
  action: 'remove-snapshots',
  'snapshot-ids': ids,
})
const ids = (table: TableMetadata): readonly unknown[] => table.snapshots.map((it) => it['snapshot-id'])
const log = (table: TableMetadata): readonly (readonly unknown[])[] =>
  table['snapshot-log'].map((it) => [it['snapshot-id'], it['timestamp-ms']])
const statistics = (id: number): JsonObject => ({
  action: 'set-statistics',
  statistics: {
    'snapshot-id': id,
    'statistics-path': 's3://s',
    'file-size-in-bytes': 9,
    'file-footer-size-in-bytes': 1,
    'blob-metadata': [],
  },
})
const partitionStatistics = (id: number): JsonObject => ({
  action: 'set-partition-statistics',
  'partition-statistics': { 'snapshot-id': id, 'statistics-path': 's3://p', 'file-size-in-bytes': 9 },
})

test('an appended snapshot becomes the current snapshot, and the snapshot log contains its time', () => {
  const table = commit(base, ...append(BIG, 1, { 'timestamp-ms': NOW + 500 }))
  expect(table['current-snapshot-id']).toBe(BIG)
  expect(table['last-sequence-number']).toBe(1)
  expect(table.refs).toEqual({ main: { 'snapshot-id': BIG, type: 'branch' } })
  expect(log(table)).toEqual([[BIG, NOW + 500]])
})

test('a staged snapshot is added and does not become the current snapshot', () => {
  const table = commit(one, addSnapshot(2, { 'sequence-number': 2, 'parent-snapshot-id': 1 }))
  expect(ids(table)).toEqual([1, 2])
  expect(table['current-snapshot-id']).toBe(1)
  expect(log(table)).toEqual(log(one))
})

test('a snapshot id cannot be used twice', () => {
  expect(refusal(() => apply(one, addSnapshot(1, { 'sequence-number': 2 })))).toBe(
    'bad-request: Snapshot already exists for id: 1',
  )
})

test('a snapshot with an old sequence number causes a conflict, so that the client can retry', () => {
  const message =
    'commit-failed: Validation failed, please retry: Cannot add snapshot with sequence number 1 older than last sequence number 1'
  expect(refusal(() => apply(one, addSnapshot(2, { 'sequence-number': 1, 'parent-snapshot-id': 1 })))).toBe(
    message,
  )
  expect(refusal(() => apply(one, addSnapshot(2, { 'parent-snapshot-id': 1 })))).toContain(
    'commit-failed: Validation',
  )
})

test('a snapshot without a parent can have an older sequence number, and the last sequence number does not change', () => {
  const two = commit(one, ...append(2, 5, { 'parent-snapshot-id': 1 }))
  const table = commit(
    two,
    addSnapshot(3, { 'sequence-number': 5 }),
    addSnapshot(4, { 'sequence-number': 2 }),
  )
  expect(ids(table)).toEqual([1, 2, 3, 4])
  expect(table['last-sequence-number']).toBe(5)
})

test('sequence numbers are exact beyond 2^53', () => {
  const big = 2n ** 60n
  const table = commit(base, ...append(1, 1), addSnapshot(2, { 'sequence-number': big }))
  expect(table['last-sequence-number']).toBe(big)
  expect(
    refusal(() => apply(table, addSnapshot(3, { 'sequence-number': big, 'parent-snapshot-id': 2 }))),
  ).toContain('retry')
  expect(
    commit(table, addSnapshot(3, { 'sequence-number': big + 1n, 'parent-snapshot-id': 2 }))[
      'last-sequence-number'
    ],
  ).toBe(big + 1n)
})

test('snapshots of format 1 have no sequence numbers', () => {
  const v1 = newTable({ version: 1 })
  const table = commit(v1, ...append(1, 0), addSnapshot(2, { 'parent-snapshot-id': 1 }))
  expect(table['last-sequence-number']).toBe(0)
  expect(refusal(() => apply(v1, ...append(1, 1)))).toBe('bad-request: Sequence number must be 0 in v1: 1')
})

const create = (...updates: readonly JsonObject[]): string =>
  refusal(() => applyTableUpdates(null, updates.map(decodeTableUpdate), { now: NOW }))

test('a snapshot needs a table with a schema, a partition spec and a sort order', () => {
  const schema = { action: 'add-schema', schema: { type: 'struct', fields: [] } }
  const spec = { action: 'add-spec', spec: { 'spec-id': 0, fields: [] } }
  const snapshot = addSnapshot(1)
  expect(create(snapshot)).toBe('bad-request: Attempting to add a snapshot before a schema is added')
  expect(create(schema, snapshot)).toBe(
    'bad-request: Attempting to add a snapshot before a partition spec is added',
  )
  expect(create(schema, spec, snapshot)).toBe(
    'bad-request: Attempting to add a snapshot before a sort order is added',
  )
})

const v3 = newTable({ version: 3 })
const rows = (first: number | bigint, added: number | bigint): JsonObject => ({
  'first-row-id': first,
  'added-rows': added,
})

test('in format 3, each snapshot increases next-row-id by its rows', () => {
  const table = commit(v3, ...append(1, 1, rows(0, 100)))
  expect(table['next-row-id']).toBe(100)
  expect(commit(table, ...append(2, 2, { 'parent-snapshot-id': 1, ...rows(100, 0) }))['next-row-id']).toBe(
    100,
  )
  expect(commit(table, ...append(2, 2, { 'parent-snapshot-id': 1, ...rows(150, 7) }))['next-row-id']).toBe(
    157,
  )
  expect(commit(table, addSnapshot(2, { 'sequence-number': 2, ...rows(2n ** 60n, 7) }))['next-row-id']).toBe(
    2n ** 60n + 7n,
  )
})

test('format 3 refuses a snapshot without row ids, or with row ids that are already assigned', () => {
  expect(refusal(() => apply(v3, ...append(1, 1)))).toBe(
    'bad-request: Cannot add a snapshot: first-row-id is null',
  )
  const table = commit(v3, ...append(1, 1, rows(0, 100)))
  expect(refusal(() => apply(table, addSnapshot(2, { 'sequence-number': 2, ...rows(99, 1) })))).toBe(
    'commit-failed: Validation failed, please retry: Cannot add a snapshot, first-row-id is behind table next-row-id: 99 < 100',
  )
  expect(
    refusal(() => apply(table, addSnapshot(2, { 'sequence-number': 2, ...rows(2n ** 63n - 1n, 1) }))),
  ).toContain('bad-request: Cannot add a snapshot: no row ids left')
})

test('row ids are ignored before format 3', () => {
  expect(commit(base, ...append(1, 1, rows(0, 5)))['next-row-id']).toBe(0)
})

const WRONG: readonly (readonly [JsonObject, string])[] = [
  [{ 'snapshot-id': null }, 'Invalid snapshot.snapshot-id: expected a 64-bit integer, found null'],
  [{ 'snapshot-id': 1.5 }, 'Invalid snapshot.snapshot-id: expected a 64-bit integer, found a number'],
  [{ 'manifest-list': null }, 'Invalid snapshot: missing field manifest-list'],
  [{ summary: { operation: 1 } }, 'Invalid snapshot.summary["operation"]: expected a string, found a number'],
  [{ summary: [] }, 'Invalid snapshot.summary: expected an object, found an array'],
  [{ 'first-row-id': -1, 'added-rows': 1 }, 'Invalid snapshot.first-row-id: must not be negative: -1'],
  [{ 'first-row-id': 1, 'added-rows': -1 }, 'Invalid snapshot.added-rows: must not be negative: -1'],
  [
    { 'first-row-id': 1 },
    'Invalid snapshot: missing field added-rows, which is required when first-row-id is set',
  ],
  [{ 'schema-id': '0' }, 'Invalid snapshot.schema-id: expected a 32-bit integer, found a string'],
]

test.each(WRONG)('decodeSnapshot refuses a snapshot with %j', (more, message) => {
  expect(refusal(() => decodeTableUpdate(addSnapshot(1, more)))).toBe(`bad-request: ${message}`)
})

test('a snapshot summary without operation is read as overwrite, and null members are treated as missing', () => {
  const table = commit(base, addSnapshot(1, { summary: { 'added-files': '1' }, 'parent-snapshot-id': null }))
  expect(table.snapshots[0]?.summary).toEqual({ operation: 'overwrite', 'added-files': '1' })
  expect(table.snapshots[0]).not.toHaveProperty('parent-snapshot-id')
})

test('a snapshot of format 1 can list its manifests instead of a manifest list', () => {
  const manifests = { 'manifest-list': null, manifests: ['s3://m'] }
  const table = commit(newTable({ version: 1 }), addSnapshot(1, manifests))
  expect(table.snapshots[0]?.manifests).toEqual(['s3://m'])
  expect(refusal(() => apply(base, addSnapshot(1, { ...manifests, 'sequence-number': 1 })))).toBe(
    'bad-request: Cannot add snapshot 1: format v2 requires manifest-list',
  )
})

test('manifests of a snapshot that also has a manifest list are not stored', () => {
  const table = commit(base, addSnapshot(1, { 'sequence-number': 1, manifests: ['s3://m'] }))
  expect(table.snapshots[0]).not.toHaveProperty('manifests')
  expect(table.snapshots[0]?.['manifest-list']).toBe('s3://lake/t/metadata/snap-1.avro')
})

test.each([
  ['snapshot-id', -1],
  ['snapshot-id', -2],
  ['sequence-number', -1],
  ['timestamp-ms', -9223372036854775808n],
] as const)('add-snapshot with a negative %s of %s is refused', (name, value) => {
  expect(refusal(() => decodeTableUpdate(addSnapshot(1, { [name]: value })))).toBe(
    `bad-request: Invalid snapshot.${name}: must not be negative: ${value}`,
  )
})

const three = commit(
  one,
  ...append(2, 2, { 'parent-snapshot-id': 1 }),
  setRef('old', 1, { type: 'tag' }),
  statistics(1),
  partitionStatistics(1),
  statistics(2),
)

test('removing a snapshot removes its statistics and the branches and tags on it, and unknown snapshot ids are ignored', () => {
  const table = commit(three, remove(1, 99))
  expect(ids(table)).toEqual([2])
  expect(Object.keys(table.refs)).toEqual(['main'])
  expect(table.statistics.map((it) => it['snapshot-id'])).toEqual([2])
  expect(table['partition-statistics']).toEqual([])
  expect(apply(three, remove(99)).changed).toBe(false)
})

test('a table has no current snapshot after the current snapshot was removed', () => {
  const table = commit(three, remove(2))
  expect(table['current-snapshot-id']).toBeNull()
  expect(Object.keys(table.refs)).toEqual(['old'])
})

test('removing a snapshot removes its entry and all older entries from the snapshot log', () => {
  const table = commit(base, ...append(1, 1), setRef('main', 1))
  const long = commit(commit(commit(table, ...append(2, 2)), ...append(3, 3)), ...append(4, 4))
  expect(log(long).map(([id]) => id)).toEqual([1, 2, 3, 4])
  expect(log(commit(long, remove(2))).map(([id]) => id)).toEqual([3, 4])
  expect(log(commit(long, remove(4)))).toEqual([])
  expect(log(commit(long, remove(1))).map(([id]) => id)).toEqual([2, 3, 4])
})
