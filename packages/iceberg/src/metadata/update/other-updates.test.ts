import type { JsonObject } from '@headgate/json'
import { expect, test } from 'vitest'
import {
  append,
  apply,
  BIG,
  commit,
  newTable,
  OTHER_UUID,
  refusal,
  UUID,
} from '../../../test/metadata/tables.ts'

const base = commit(newTable({ properties: { a: '1', b: '2' } }), ...append(1, 1))
const upgrade = (version: number): JsonObject => ({
  action: 'upgrade-format-version',
  'format-version': version,
})
const set = (updates: JsonObject): JsonObject => ({ action: 'set-properties', updates })

test('assign-uuid succeeds for the same UUID, and for a table of format 1 without UUID', () => {
  expect(apply(base, { action: 'assign-uuid', uuid: UUID }).changed).toBe(false)
  expect(refusal(() => apply(base, { action: 'assign-uuid', uuid: OTHER_UUID }))).toBe(
    'bad-request: Cannot reassign uuid',
  )
  const { 'table-uuid': _, ...old } = newTable({ version: 1 })
  const named = commit({ ...old }, { action: 'assign-uuid', uuid: OTHER_UUID })
  expect(named['table-uuid']).toBe(OTHER_UUID)
  expect(refusal(() => apply({ ...old }, upgrade(2)))).toBe('bad-request: UUID is required in format v2')
})

test('the format version of a table can be raised to 3, and cannot be lowered', () => {
  const v1 = newTable({ version: 1 })
  expect(commit(v1, upgrade(2))['format-version']).toBe(2)
  expect(commit(v1, upgrade(3))).toMatchObject({ 'format-version': 3, 'next-row-id': 0 })
  expect(apply(base, upgrade(2)).changed).toBe(false)
  expect(refusal(() => apply(base, upgrade(1)))).toBe('bad-request: Cannot downgrade v2 table to v1')
  expect(refusal(() => apply(base, upgrade(4)))).toBe(
    'bad-request: Cannot upgrade table to unsupported format version: v4 (supported: v3)',
  )
})

const move = (location: string): JsonObject => ({ action: 'set-location', location })

test('the location of a table is stored without trailing slashes', () => {
  expect(commit(base, move('s3://lake/new//')).location).toBe('s3://lake/new')
  expect(commit(base, move('file:///')).location).toBe('file://')
  expect(apply(base, move('s3://lake/t/')).changed).toBe(false)
  expect(refusal(() => apply(base, move('')))).toBe('bad-request: Invalid location: must not be empty')
})

test('table properties are set and removed, and an empty update has no effect', () => {
  const table = commit(base, set({ b: '3', c: '4' }), { action: 'remove-properties', removals: ['a', 'zzz'] })
  expect(table.properties).toEqual({ 'write.parquet.compression-codec': 'zstd', b: '3', c: '4' })
  expect(apply(base, set({}), { action: 'remove-properties', removals: [] }).changed).toBe(false)
})

test('members of an update are accepted under their earlier names, and the current names take precedence', () => {
  const table = commit(
    base,
    { action: 'set-properties', updated: { c: '1' } },
    { action: 'set-properties', updated: { d: '1' }, updates: { d: '2' } },
    { action: 'remove-properties', removed: ['a'] },
    { action: 'remove-properties', removed: ['d'], removals: ['b'] },
  )
  expect(table.properties).toEqual({ 'write.parquet.compression-codec': 'zstd', c: '1', d: '2' })
})

test('reserved properties are refused, except for a format-version that equals the version of the table', () => {
  expect(refusal(() => apply(base, set({ x: '1', 'current-schema': '{}', uuid: 'u' })))).toBe(
    'bad-request: Table properties should not contain reserved properties, but got [current-schema, uuid]',
  )
  expect(refusal(() => apply(base, set({ 'format-version': '3' })))).toContain('[format-version]')
  expect(apply(base, set({ 'format-version': '2' })).changed).toBe(false)
  expect(commit(base, upgrade(3), set({ 'format-version': '3', x: '1' })).properties).not.toHaveProperty(
    'format-version',
  )
})

const statistics = (id: number | bigint, path: string): JsonObject => ({
  action: 'set-statistics',
  'snapshot-id': 4711,
  statistics: {
    'snapshot-id': id,
    'statistics-path': path,
    'file-size-in-bytes': BIG,
    'file-footer-size-in-bytes': 2,
    'blob-metadata': [
      { type: 't', 'snapshot-id': id, 'sequence-number': 1, fields: [1], properties: null, x: 1 },
    ],
  },
})
const partitionStatistics = (id: number | bigint, path: string): JsonObject => ({
  action: 'set-partition-statistics',
  'partition-statistics': { 'snapshot-id': id, 'statistics-path': path, 'file-size-in-bytes': 3 },
})

test('a snapshot has at most one statistics file of each kind', () => {
  const table = commit(
    commit(base, statistics(1, 'old'), statistics(BIG, 'other'), partitionStatistics(BIG, 'old')),
    statistics(1, 'new'),
    partitionStatistics(BIG, 'new'),
  )
  expect(table.statistics.map((it) => it['statistics-path'])).toEqual(['new', 'other'])
  expect(table.statistics[0]?.['blob-metadata']).toEqual([
    { type: 't', 'snapshot-id': 1, 'sequence-number': 1, fields: [1], x: 1 },
  ])
  expect(table['partition-statistics'].map((it) => it['statistics-path'])).toEqual(['new'])
  const remove = { action: 'remove-statistics', 'snapshot-id': BIG }
  const removePartition = { action: 'remove-partition-statistics', 'snapshot-id': BIG }
  const less = commit(table, remove, removePartition)
  expect(less.statistics).toHaveLength(1)
  expect(less['partition-statistics']).toEqual([])
  expect(apply(less, remove, removePartition).changed).toBe(false)
})

const key = (id: string, more: JsonObject = {}): JsonObject => ({
  action: 'add-encryption-key',
  'encryption-key': { 'key-id': id, 'encrypted-key-metadata': 'aGVsbG8=', ...more },
})

test('encryption keys are added and removed by id', () => {
  const table = commit(base, key('k', { 'encrypted-by-id': null, properties: { p: 'q' } }), key('l'))
  expect(table['encryption-keys']).toEqual([
    { 'key-id': 'k', 'encrypted-key-metadata': 'aGVsbG8=', properties: { p: 'q' } },
    { 'key-id': 'l', 'encrypted-key-metadata': 'aGVsbG8=' },
  ])
  expect(apply(table, key('k', { 'encrypted-key-metadata': '' })).changed).toBe(false)
  const remove = { action: 'remove-encryption-key', 'key-id': 'k' }
  expect(commit(table, remove)['encryption-keys']).toHaveLength(1)
  expect(apply(base, remove).changed).toBe(false)
})
