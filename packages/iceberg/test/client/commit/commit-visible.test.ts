import { expect, test } from 'vitest'
import { applyTableUpdates } from '../../../src/metadata/apply.ts'
import { decodeTableMetadata } from '../../../src/metadata/table/decode-table.ts'
import type { TableUpdate } from '../../../src/metadata/update/types.ts'
import { applyViewUpdates } from '../../../src/view/apply-view-updates.ts'
import { exampleView, makeSchema, makeVersion } from '../../view/example-view.ts'
import type { ViewUpdate } from '../../../src/view/view-update.ts'
import { metadata, schema, UUID } from '../catalog.ts'
import { isTableCommitVisible } from '../../../src/client/commit/table-commit-visible.ts'
import { appendUpdates, createSnapshot } from './in-memory-catalog.ts'
import { isViewCommitVisible } from '../../../src/client/commit/view-commit-visible.ts'

const now = { now: 1_700_000_000_000 }
const BIG = 9_007_199_254_740_993n
const field = { 'field-id': 1000, name: 'b', transform: 'bucket[4]', 'source-id': 1 }
const wider = {
  ...schema,
  'schema-id': 0,
  fields: [...schema.fields, { id: 2, name: 'x', type: 'int', required: false }],
}
const sorted = {
  'order-id': 1,
  fields: [{ transform: 'identity', 'source-id': 1, direction: 'asc', 'null-order': 'nulls-first' }],
} as const
const statistics = { 'snapshot-id': BIG, 'statistics-path': 's', 'file-size-in-bytes': 1 }

/** Table without snapshots. `base` has one, and `full` has every kind of metadata. */
const empty = decodeTableMetadata(metadata)
const base = applyTableUpdates(
  empty,
  [
    ...appendUpdates(empty, BIG),
    { action: 'set-properties', updates: { a: 'b' } },
    { action: 'set-snapshot-ref', 'ref-name': 'tag', ref: { type: 'tag', 'snapshot-id': BIG } },
  ],
  now,
).metadata
const full = applyTableUpdates(
  base,
  [
    { action: 'add-schema', schema: wider },
    { action: 'add-spec', spec: { 'spec-id': 1, fields: [field] } },
    { action: 'add-snapshot', snapshot: createSnapshot(base, BIG + 2n) },
    {
      action: 'set-statistics',
      statistics: { ...statistics, 'file-footer-size-in-bytes': 1, 'blob-metadata': [] },
    },
    { action: 'set-partition-statistics', 'partition-statistics': statistics },
    { action: 'add-encryption-key', 'encryption-key': { 'key-id': 'k', 'encrypted-key-metadata': 'aa' } },
  ],
  now,
).metadata

const list = (...updates: readonly TableUpdate[]): readonly TableUpdate[] => updates

test.each<[string, typeof base, readonly TableUpdate[]]>([
  ['a property', base, list({ action: 'set-properties', updates: { a: 'c', constructor: 'x' } })],
  ['a removed property', base, list({ action: 'remove-properties', removals: ['a'] })],
  ['a location', base, list({ action: 'set-location', location: 's3://b/c/' })],
  ['a format version', base, list({ action: 'upgrade-format-version', 'format-version': 3 })],
  [
    'a schema',
    base,
    list({ action: 'add-schema', schema: wider }, { action: 'set-current-schema', 'schema-id': -1 }),
  ],
  ['the choice of an existing schema', full, list({ action: 'set-current-schema', 'schema-id': 1 })],
  ['a removed schema', full, list({ action: 'remove-schemas', 'schema-ids': [1] })],
  [
    'a partition spec',
    base,
    list(
      { action: 'add-spec', spec: { 'spec-id': 0, fields: [field] } },
      { action: 'set-default-spec', 'spec-id': -1 },
    ),
  ],
  ['the choice of an existing partition spec', full, list({ action: 'set-default-spec', 'spec-id': 1 })],
  ['a removed partition spec', full, list({ action: 'remove-partition-specs', 'spec-ids': [1] })],
  [
    'a sort order',
    base,
    list(
      { action: 'add-sort-order', 'sort-order': sorted },
      { action: 'set-default-sort-order', 'sort-order-id': -1 },
    ),
  ],
  ['a snapshot', base, appendUpdates(base, BIG + 4n)],
  ['a removed snapshot', full, list({ action: 'remove-snapshots', 'snapshot-ids': [BIG + 2n] })],
  [
    'a branch',
    full,
    list({
      action: 'set-snapshot-ref',
      'ref-name': 'main',
      ref: { type: 'branch', 'snapshot-id': BIG + 2n },
    }),
  ],
  ['a removed tag', base, list({ action: 'remove-snapshot-ref', 'ref-name': 'tag' })],
  [
    'statistics',
    base,
    list({
      action: 'set-statistics',
      statistics: { ...statistics, 'file-footer-size-in-bytes': 1, 'blob-metadata': [] },
    }),
  ],
  ['removed statistics', full, list({ action: 'remove-statistics', 'snapshot-id': BIG })],
  [
    'partition statistics',
    base,
    list({ action: 'set-partition-statistics', 'partition-statistics': statistics }),
  ],
  ['removed partition statistics', full, list({ action: 'remove-partition-statistics', 'snapshot-id': BIG })],
  [
    'an encryption key',
    base,
    list({
      action: 'add-encryption-key',
      'encryption-key': { 'key-id': 'k', 'encrypted-key-metadata': 'aa' },
    }),
  ],
  ['a removed encryption key', full, list({ action: 'remove-encryption-key', 'key-id': 'k' })],
])('the client detects its commit in a table only after the server applied it: %s', (_, table, updates) => {
  expect(isTableCommitVisible(updates, table)).toBe(false)
  expect(isTableCommitVisible(updates, applyTableUpdates(table, updates, now).metadata)).toBe(true)
})

test('the snapshot of a commit, even under later snapshots, or the uuid of a new table is sufficient to detect the commit', () => {
  const own = appendUpdates(base, BIG + 4n)
  const after = applyTableUpdates(base, own, now).metadata
  const later = applyTableUpdates(after, appendUpdates(after, BIG + 6n), now).metadata
  expect(isTableCommitVisible([...own, { action: 'set-properties', updates: { never: 'x' } }], later)).toBe(
    true,
  )
  expect(isTableCommitVisible([{ action: 'assign-uuid', uuid: UUID.toUpperCase() }], base)).toBe(true)
  expect(isTableCommitVisible([{ action: 'assign-uuid', uuid: UUID.replace('0', 'f') }], base)).toBe(false)
  // The same id can be a number or a bigint.
  const small = applyTableUpdates(empty, appendUpdates(empty, 7n), now).metadata
  expect(
    isTableCommitVisible(appendUpdates(empty, 7n), {
      ...small,
      snapshots: small.snapshots.map((each) => ({ ...each, 'snapshot-id': 7 })),
    }),
  ).toBe(true)
})

const view = exampleView({ a: 'b' })

test.each<[string, readonly ViewUpdate[]]>([
  ['a property', [{ action: 'set-properties', updates: { a: 'c' } }]],
  ['a removed property', [{ action: 'remove-properties', removals: ['a'] }]],
  ['a location', [{ action: 'set-location', location: 's3://b/c/' }]],
  [
    'another definition',
    [
      { action: 'add-schema', schema: makeSchema('x', 'y') },
      {
        action: 'add-view-version',
        'view-version': makeVersion('select 2', { 'version-id': 9, 'schema-id': -1 }),
      },
      { action: 'set-current-view-version', 'view-version-id': -1 },
    ],
  ],
])('the client detects its commit in a view only after the server applied it: %s', (_, updates) => {
  expect(isViewCommitVisible(updates, view)).toBe(false)
  expect(isViewCommitVisible(updates, applyViewUpdates(view, updates, { now: 1_000 }).metadata)).toBe(true)
})
