import { expect, test } from 'vitest'
import { applyTableUpdates } from '../../../src/metadata/apply.ts'
import { decodeTableMetadata } from '../../../src/metadata/table/decode-table.ts'
import type { TableUpdate } from '../../../src/metadata/update/types.ts'
import { applyViewUpdates } from '../../../src/view/apply-view-updates.ts'
import { exampleView, schemaOf, versionOf } from '../../view/example-view.ts'
import type { ViewUpdate } from '../../../src/view/view-update.ts'
import { metadata, schema, UUID } from '../catalog.ts'
import { tableLanded } from '../../../src/client/commit/table-landed.ts'
import { append, snapshotOn } from './tiny-catalog.ts'
import { viewLanded } from '../../../src/client/commit/view-landed.ts'

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

/** A table with something of everything. */
const empty = decodeTableMetadata(metadata)
const base = applyTableUpdates(
  empty,
  [
    ...append(empty, BIG),
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
    { action: 'add-snapshot', snapshot: snapshotOn(base, BIG + 2n) },
    {
      action: 'set-statistics',
      statistics: { ...statistics, 'file-footer-size-in-bytes': 1, 'blob-metadata': [] },
    },
    { action: 'set-partition-statistics', 'partition-statistics': statistics },
    { action: 'add-encryption-key', 'encryption-key': { 'key-id': 'k', 'encrypted-key-metadata': 'aa' } },
  ],
  now,
).metadata

const of = (...updates: readonly TableUpdate[]): readonly TableUpdate[] => updates

test.each<[string, typeof base, readonly TableUpdate[]]>([
  ['a property', base, of({ action: 'set-properties', updates: { a: 'c', constructor: 'x' } })],
  ['a property that goes', base, of({ action: 'remove-properties', removals: ['a'] })],
  ['a location', base, of({ action: 'set-location', location: 's3://b/c/' })],
  ['a format version', base, of({ action: 'upgrade-format-version', 'format-version': 3 })],
  [
    'a schema',
    base,
    of({ action: 'add-schema', schema: wider }, { action: 'set-current-schema', 'schema-id': -1 }),
  ],
  ['a schema that is there', full, of({ action: 'set-current-schema', 'schema-id': 1 })],
  ['a schema that goes', full, of({ action: 'remove-schemas', 'schema-ids': [1] })],
  [
    'a spec',
    base,
    of(
      { action: 'add-spec', spec: { 'spec-id': 0, fields: [field] } },
      { action: 'set-default-spec', 'spec-id': -1 },
    ),
  ],
  ['a spec that is there', full, of({ action: 'set-default-spec', 'spec-id': 1 })],
  ['a spec that goes', full, of({ action: 'remove-partition-specs', 'spec-ids': [1] })],
  [
    'an order',
    base,
    of(
      { action: 'add-sort-order', 'sort-order': sorted },
      { action: 'set-default-sort-order', 'sort-order-id': -1 },
    ),
  ],
  ['a snapshot', base, append(base, BIG + 4n)],
  ['a snapshot that goes', full, of({ action: 'remove-snapshots', 'snapshot-ids': [BIG + 2n] })],
  [
    'a branch',
    full,
    of({ action: 'set-snapshot-ref', 'ref-name': 'main', ref: { type: 'branch', 'snapshot-id': BIG + 2n } }),
  ],
  ['a tag that goes', base, of({ action: 'remove-snapshot-ref', 'ref-name': 'tag' })],
  [
    'statistics',
    base,
    of({
      action: 'set-statistics',
      statistics: { ...statistics, 'file-footer-size-in-bytes': 1, 'blob-metadata': [] },
    }),
  ],
  ['statistics that go', full, of({ action: 'remove-statistics', 'snapshot-id': BIG })],
  [
    'partition statistics',
    base,
    of({ action: 'set-partition-statistics', 'partition-statistics': statistics }),
  ],
  ['partition statistics that go', full, of({ action: 'remove-partition-statistics', 'snapshot-id': BIG })],
  [
    'a key',
    base,
    of({ action: 'add-encryption-key', 'encryption-key': { 'key-id': 'k', 'encrypted-key-metadata': 'aa' } }),
  ],
  ['a key that goes', full, of({ action: 'remove-encryption-key', 'key-id': 'k' })],
])('%s is seen in a table once it was committed, and not before', (_, table, updates) => {
  expect(tableLanded(updates, table)).toBe(false)
  expect(tableLanded(updates, applyTableUpdates(table, updates, now).metadata)).toBe(true)
})

test('marks that are nobody else’s count alone: a snapshot that others built upon, the uuid of a new table', () => {
  const ours = append(base, BIG + 4n)
  const after = applyTableUpdates(base, ours, now).metadata
  const theirs = applyTableUpdates(after, append(after, BIG + 6n), now).metadata
  expect(tableLanded([...ours, { action: 'set-properties', updates: { never: 'x' } }], theirs)).toBe(true)
  expect(tableLanded([{ action: 'assign-uuid', uuid: UUID.toUpperCase() }], base)).toBe(true)
  expect(tableLanded([{ action: 'assign-uuid', uuid: UUID.replace('0', 'f') }], base)).toBe(false)
  // A number is the same id as a bigint.
  const small = applyTableUpdates(empty, append(empty, 7n), now).metadata
  expect(
    tableLanded(append(empty, 7n), {
      ...small,
      snapshots: small.snapshots.map((each) => ({ ...each, 'snapshot-id': 7 })),
    }),
  ).toBe(true)
})

const view = exampleView({ a: 'b' })

test.each<[string, readonly ViewUpdate[]]>([
  ['a property', [{ action: 'set-properties', updates: { a: 'c' } }]],
  ['a property that goes', [{ action: 'remove-properties', removals: ['a'] }]],
  ['a location', [{ action: 'set-location', location: 's3://b/c/' }]],
  [
    'another definition',
    [
      { action: 'add-schema', schema: schemaOf('x', 'y') },
      {
        action: 'add-view-version',
        'view-version': versionOf('select 2', { 'version-id': 9, 'schema-id': -1 }),
      },
      { action: 'set-current-view-version', 'view-version-id': -1 },
    ],
  ],
])('%s is seen in a view once it was committed, and not before', (_, updates) => {
  expect(viewLanded(updates, view)).toBe(false)
  expect(viewLanded(updates, applyViewUpdates(view, updates, { now: 1_000 }).metadata)).toBe(true)
})
