import type { JsonObject } from '@headgate/json'
import { expect, test } from 'vitest'
import { applyTableUpdates } from './apply.ts'
import {
  addSnapshot,
  append,
  apply,
  field,
  newTable,
  NOW,
  OTHER_UUID,
  refusal,
  SCHEMA,
  schemaJson,
  setRef,
  sortBy,
  specJson,
} from '../../test/metadata/tables.ts'
import type { TableMetadata } from './types.ts'
import { decodeTableUpdate } from './update/decode-update.ts'

/** Updates that a client commits after a staged creation. */
const STAGED: readonly JsonObject[] = [
  { action: 'assign-uuid', uuid: OTHER_UUID },
  { action: 'upgrade-format-version', 'format-version': 3 },
  { action: 'add-schema', schema: SCHEMA, 'last-column-id': 3 },
  { action: 'set-current-schema', 'schema-id': -1 },
  {
    action: 'add-spec',
    spec: specJson({ name: 'b', transform: 'bucket[4]', 'source-id': 1, 'field-id': 1000 }),
  },
  { action: 'set-default-spec', 'spec-id': -1 },
  { action: 'add-sort-order', 'sort-order': { 'order-id': 1, fields: [sortBy(2)] } },
  { action: 'set-default-sort-order', 'sort-order-id': -1 },
  { action: 'set-location', location: 's3://lake/staged/' },
  { action: 'set-properties', updates: { owner: 'ada' } },
  addSnapshot(7, { 'sequence-number': 1, 'first-row-id': 0, 'added-rows': 3 }),
  setRef('main', 7),
]
const without = (action: string): readonly JsonObject[] =>
  STAGED.filter((update) => update['action'] !== action)

test('a commit to a table that does not exist creates the table from the updates of the commit only', () => {
  const { metadata, changed } = apply(null, ...STAGED)
  expect(changed).toBe(true)
  expect(metadata).toMatchObject({
    'format-version': 3,
    'table-uuid': OTHER_UUID,
    location: 's3://lake/staged',
    'last-updated-ms': NOW,
    'last-column-id': 3,
    schemas: [SCHEMA],
    'current-schema-id': 0,
    'default-spec-id': 0,
    'last-partition-id': 1000,
    'default-sort-order-id': 1,
    properties: { owner: 'ada' },
    'current-snapshot-id': 7,
    'next-row-id': 3,
    'snapshot-log': [{ 'timestamp-ms': NOW, 'snapshot-id': 7 }],
    'metadata-log': [],
  })
})

test('a table that a commit creates has format 2 if no update changes the version', () => {
  expect(apply(null, ...without('upgrade-format-version')).metadata['format-version']).toBe(2)
  const first = { action: 'upgrade-format-version', 'format-version': 1 }
  expect(apply(null, first, ...without('add-snapshot').slice(2, -1)).metadata['format-version']).toBe(1)
})

test('a table that a commit creates without assign-uuid gets the UUID that the server generated', () => {
  const updates = without('assign-uuid').map(decodeTableUpdate)
  expect(applyTableUpdates(null, updates, { now: NOW, uuid: OTHER_UUID }).metadata['table-uuid']).toBe(
    OTHER_UUID,
  )
  expect(refusal(() => applyTableUpdates(null, updates, { now: NOW }))).toBe(
    'bad-request: UUID is required in format v3',
  )
})

const INCOMPLETE: readonly (readonly [string, readonly JsonObject[], string])[] = [
  ['a schema', STAGED.slice(0, 2), 'Cannot build table metadata: there is no current schema'],
  ['a schema before its spec', STAGED.slice(4), 'Cannot add a partition spec: there is no current schema'],
  ['a partition spec', STAGED.slice(0, 4), 'Cannot build table metadata: there is no default partition spec'],
  ['a sort order', STAGED.slice(0, 6), 'Cannot build table metadata: there is no default sort order'],
  ['a location', without('set-location'), 'Table location is required in format v3'],
  [
    'a format that exists',
    [{ action: 'upgrade-format-version', 'format-version': 9 }],
    'Cannot upgrade table to unsupported format version: v9 (supported: v3)',
  ],
]

test.each(INCOMPLETE)('a commit cannot create a table without %s', (_, updates, message) => {
  expect(refusal(() => apply(null, ...updates))).toBe(`bad-request: ${message}`)
})

test('a wrong snapshot in the commit that creates a table is a bad request and not a conflict', () => {
  const early = addSnapshot(8, {
    'sequence-number': 0,
    'parent-snapshot-id': 1,
    'first-row-id': 0,
    'added-rows': 1,
  })
  expect(refusal(() => apply(null, ...STAGED, early))).toBe(
    'bad-request: Cannot add snapshot with sequence number 0 older than last sequence number 1',
  )
})

const set = (updates: JsonObject): JsonObject => ({ action: 'set-properties', updates })

/** Commits `count` times. The name of each metadata file contains its number. */
function history(base: TableMetadata, count: number): TableMetadata {
  let table = base
  for (let i = 0; i < count; i++)
    table = applyTableUpdates(table, [decodeTableUpdate(set({ i: String(i) }))], {
      now: NOW + i,
      baseLocation: `f${i}`,
    }).metadata
  return table
}

const files = (table: TableMetadata): readonly string[] =>
  table['metadata-log'].map((it) => it['metadata-file'])

test('a commit adds the metadata file of the base to the metadata log, with the time of the base', () => {
  const next = applyTableUpdates(newTable(), [decodeTableUpdate(set({ a: 'b' }))], {
    now: NOW + 5,
    baseLocation: 's3://m/0',
  })
  expect(next.metadata['metadata-log']).toEqual([{ 'timestamp-ms': NOW, 'metadata-file': 's3://m/0' }])
  expect(next.metadata['last-updated-ms']).toBe(NOW + 5)
  expect(next.expiredMetadataFiles).toEqual([])
})

test('the metadata log keeps 100 entries, or the number that the new table properties set, but at least one', () => {
  expect(files(history(newTable(), 120))).toEqual(Array.from({ length: 100 }, (_, i) => `f${i + 20}`))
  const table = history(newTable(), 5)
  const keep = (count: string): readonly string[] => {
    const updates = [decodeTableUpdate(set({ 'write.metadata.previous-versions-max': count }))]
    return files(applyTableUpdates(table, updates, { now: NOW + 9, baseLocation: 'f5' }).metadata)
  }
  expect(keep('3')).toEqual(['f3', 'f4', 'f5'])
  expect(keep('1')).toEqual(['f5'])
  expect(keep('0')).toEqual(['f5'])
  expect(keep('-7')).toEqual(['f5'])
  expect(keep('9')).toEqual(['f0', 'f1', 'f2', 'f3', 'f4', 'f5'])
  expect(refusal(() => keep('many'))).toBe(
    'bad-request: Table property write.metadata.previous-versions-max must have integer value',
  )
})

test('the files of removed metadata log entries are deleted only if a property of the table enables it', () => {
  const table = history(newTable(), 5)
  const expired = (properties: JsonObject): readonly string[] => {
    const updates = [decodeTableUpdate(set({ 'write.metadata.previous-versions-max': '2', ...properties }))]
    return applyTableUpdates(table, updates, { now: NOW + 9, baseLocation: 'f5' }).expiredMetadataFiles
  }
  expect(expired({})).toEqual([])
  expect(expired({ 'write.metadata.delete-after-commit.enabled': 'false' })).toEqual([])
  expect(expired({ 'write.metadata.delete-after-commit.enabled': 'TRUE' })).toEqual(['f0', 'f1', 'f2', 'f3'])
})

test('a commit does not change the metadata log if the base has no metadata file', () => {
  expect(files(apply(newTable(), set({ a: 'b' })).metadata)).toEqual([])
})

test('updates without effect return the same metadata object', () => {
  const base = newTable()
  expect(apply(base).metadata).toBe(base)
  expect(apply(base, set({}), { action: 'set-location', location: base.location }).metadata).toBe(base)
})

test('a commit does not change its base, even if the commit is refused', () => {
  const base = apply(newTable({ properties: { a: 'b' } }), ...append(1, 1)).metadata
  const before = structuredClone(base)
  const wider = schemaJson([...(SCHEMA['fields'] as JsonObject[]), field(9, 'x', 'int')])
  const updates = [
    ...append(2, 2),
    set({ a: 'c' }),
    { action: 'add-schema', schema: wider },
    { action: 'remove-snapshots', 'snapshot-ids': [1] },
  ]
  apply(base, ...updates)
  expect(base).toEqual(before)
  expect(refusal(() => apply(base, ...updates, setRef('x', 99)))).toContain('unknown snapshot')
  expect(base).toEqual(before)
})

const at = (time: number): unknown =>
  apply(newTable(), ...append(1, 1, { 'timestamp-ms': time })).metadata['snapshot-log']

test('the time of a commit is not before the time of the previous commit, even if the clock of the catalog is behind', () => {
  const ahead = { ...newTable(), 'last-updated-ms': NOW + 3_600_000 }
  const step = (base: TableMetadata, now: number): TableMetadata =>
    applyTableUpdates(base, [decodeTableUpdate(set({ at: String(now) }))], { now, baseLocation: `f${now}` })
      .metadata
  const next = step(step(ahead, NOW), NOW + 1)
  expect(next['last-updated-ms']).toBe(NOW + 3_600_000)
  expect(next['metadata-log'].map((entry) => entry['timestamp-ms'])).toEqual([
    NOW + 3_600_000,
    NOW + 3_600_000,
  ])
  expect(step(next, NOW + 3_600_001)['last-updated-ms']).toBe(NOW + 3_600_001)
})

test('a snapshot is refused if the clock of its writer is more than a minute ahead', () => {
  expect(at(NOW + 61_000)).toEqual([{ 'timestamp-ms': NOW + 61_000, 'snapshot-id': 1 }])
  expect(refusal(() => at(NOW + 61_001))).toContain('before last snapshot log entry')
})
