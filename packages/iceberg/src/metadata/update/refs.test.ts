import type { JsonObject } from '@headgate/json'
import { expect, test } from 'vitest'
import {
  addSnapshot,
  append,
  apply,
  commit,
  newTable,
  NOW,
  refusal,
  setRef,
} from '../../../test/metadata/tables.ts'
import type { TableMetadata } from '../types.ts'
import { decodeTableUpdate } from './decode-update.ts'

const one = commit(newTable(), ...append(1, 1))
const two = commit(one, ...append(2, 2, { 'parent-snapshot-id': 1 }))
const removeRef = (name: string): JsonObject => ({ action: 'remove-snapshot-ref', 'ref-name': name })
const log = (table: TableMetadata): readonly unknown[] =>
  table['snapshot-log'].map((it) => [it['snapshot-id'], it['timestamp-ms']])

test('branches and tags keep their retention settings', () => {
  const settings = { 'min-snapshots-to-keep': 5, 'max-snapshot-age-ms': 2n ** 60n, 'max-ref-age-ms': 7 }
  const table = commit(two, setRef('b', 1, settings), setRef('t', 2, { type: 'TAG', 'max-ref-age-ms': 8 }))
  expect(table.refs).toEqual({
    main: { 'snapshot-id': 2, type: 'branch' },
    b: { 'snapshot-id': 1, type: 'branch', ...settings },
    t: { 'snapshot-id': 2, type: 'tag', 'max-ref-age-ms': 8 },
  })
  expect(table['current-snapshot-id']).toBe(2)
  expect(log(table)).toEqual(log(two))
})

test('setting a branch or tag to its current value has no effect, and null settings are treated as missing', () => {
  expect(apply(two, setRef('main', 2, { 'max-ref-age-ms': null })).changed).toBe(false)
  expect(apply(two, setRef('main', 2, { 'max-ref-age-ms': 1 })).changed).toBe(true)
})

test.each<JsonObject>([
  { 'snapshot-id': 1 },
  { type: 'tag', 'min-snapshots-to-keep': null, 'max-snapshot-age-ms': null },
  { 'min-snapshots-to-keep': 2 },
  { 'max-snapshot-age-ms': 2 },
  { 'max-ref-age-ms': 2 },
])('setting a branch or tag with %j changes it', (change) => {
  const settings = { 'min-snapshots-to-keep': 1, 'max-snapshot-age-ms': 1, 'max-ref-age-ms': 1 }
  const table = commit(two, setRef('b', 2, settings))
  expect(apply(table, setRef('b', 2, settings)).changed).toBe(false)
  expect(apply(table, setRef('b', 2, { ...settings, ...change })).changed).toBe(true)
})

test('a tag and a branch without settings are different refs', () => {
  expect(commit(commit(two, setRef('b', 2)), setRef('b', 2, { type: 'tag' })).refs['b']?.type).toBe('tag')
})

test('the snapshot log contains a rollback to an older snapshot with the time of the commit', () => {
  const table = commit(two, setRef('main', 1))
  expect(table['current-snapshot-id']).toBe(1)
  expect(log(table)).toEqual([
    [1, NOW],
    [2, NOW],
    [1, table['last-updated-ms']],
  ])
})

test('the snapshot log does not contain snapshots that were current only during the commit', () => {
  const table = commit(one, ...append(2, 2), ...append(3, 3), ...append(4, 4))
  expect(log(table)).toEqual([
    [1, NOW],
    [4, NOW],
  ])
  expect(log(commit(one, ...append(2, 2), ...append(3, 3), setRef('main', 1)))).toEqual([
    [1, NOW],
    [1, (one['last-updated-ms'] as number) + 1000],
  ])
})

test('a commit is refused if the last entry of the snapshot log is not the current snapshot', () => {
  const staged = commit(two, removeRef('main'))
  const remove = { action: 'remove-snapshots', 'snapshot-ids': [1] }
  expect(log(commit(staged, remove))).toEqual([[2, NOW]])
  const moved = [setRef('main', 2), { action: 'remove-snapshots', 'snapshot-ids': [1] }]
  expect(log(commit(staged, ...moved)).at(-1)).toEqual([2, NOW + 4000])
  const withoutLog = { ...two, 'snapshot-log': [{ 'timestamp-ms': NOW, 'snapshot-id': 1 }] }
  expect(
    refusal(() =>
      apply(withoutLog, addSnapshot(3, { 'sequence-number': 3 }), { ...remove, 'snapshot-ids': [3] }),
    ),
  ).toBe('bad-request: Cannot set invalid snapshot log: latest entry is not the current snapshot')
})

test('a branch or tag of an unknown snapshot is refused, and main cannot be a tag', () => {
  expect(refusal(() => apply(two, setRef('b', 9)))).toBe('bad-request: Cannot set b to unknown snapshot: 9')
  expect(refusal(() => apply(two, setRef('main', 1, { type: 'tag' })))).toBe(
    'bad-request: Cannot set main to a tag, it must be a branch',
  )
})

test('a table without the branch main has no current snapshot and keeps its snapshot log', () => {
  const table = commit(two, removeRef('main'))
  expect(table['current-snapshot-id']).toBeNull()
  expect(table.refs).toEqual({})
  expect(log(table)).toEqual(log(two))
})

test('removing an unknown branch or tag has no effect', () => {
  expect(apply(two, removeRef('nope')).changed).toBe(false)
  expect(apply(newTable(), removeRef('main')).changed).toBe(false)
})

test('names of inherited JavaScript members, such as constructor, are valid names of branches and tags', () => {
  const names = ['__proto__', 'constructor', 'toString']
  const table = commit(two, ...names.map((name) => setRef(name, 1)))
  expect(Object.keys(table.refs)).toEqual(['main', ...names])
  expect(Object.keys(commit(table, ...names.map(removeRef)).refs)).toEqual(['main'])
  expect(apply(two, ...names.map(removeRef)).changed).toBe(false)
})

const WRONG: readonly (readonly [JsonObject, string])[] = [
  [{ type: 'label' }, 'Invalid type: neither branch nor tag: label'],
  [{ 'ref-name': '' }, 'Invalid ref-name: must not be empty'],
  [{ 'snapshot-id': null }, 'Invalid snapshot-id: expected a 64-bit integer, found null'],
  [{ 'min-snapshots-to-keep': 0 }, 'Min snapshots to keep must be greater than 0'],
  [{ 'max-snapshot-age-ms': 0 }, 'Max snapshot age must be greater than 0 ms'],
  [{ 'max-ref-age-ms': -1 }, 'Max reference age must be greater than 0'],
  [{ type: 'tag', 'min-snapshots-to-keep': 1 }, 'Tags do not support setting minSnapshotsToKeep'],
  [{ type: 'tag', 'max-snapshot-age-ms': 1 }, 'Tags do not support setting maxSnapshotAgeMs'],
]

test.each(WRONG)('decodeSnapshotRef refuses a branch or tag with %j', (more, message) => {
  expect(refusal(() => decodeTableUpdate(setRef('b', 1, more)))).toBe(`bad-request: ${message}`)
})
