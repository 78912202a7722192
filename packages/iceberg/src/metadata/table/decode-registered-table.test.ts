import type { JsonObject } from '@headgate/json'
import { expect, test } from 'vitest'
import { append, commit, field, newTable, refusal, schemaJson } from '../../../test/metadata/tables.ts'
import { decodeRegisteredTable } from './decode-registered-table.ts'
import { decodeTableMetadata } from './decode-table.ts'
import { encodeTableMetadata } from './encode-table.ts'

const document = encodeTableMetadata(commit(newTable(), ...append(1, 1)))
const [snapshot = {}] = document['snapshots'] as readonly JsonObject[]

test('a registered table file that engines can read is accepted', () => {
  expect(decodeRegisteredTable(document)).toEqual(decodeTableMetadata(document))
})

const NULLS: readonly (readonly [JsonObject, string])[] = [
  [{ properties: null }, 'Invalid properties: must be omitted instead of set to null'],
  [{ statistics: null }, 'Invalid statistics: must be omitted instead of set to null'],
  [
    { snapshots: [{ ...snapshot, 'parent-snapshot-id': null }] },
    'Invalid snapshots[0].parent-snapshot-id: must be omitted instead of set to null',
  ],
  [
    { schemas: [schemaJson([field(1, 'id', 'long', { 'write-default': null })])] },
    'Invalid write-default: must be omitted instead of set to null',
  ],
]

test.each(NULLS)(
  'a registered table file with null for an optional member is refused if readers refuse it: %j',
  (more, message) => {
    const damaged = { ...document, ...more }
    expect(refusal(() => decodeRegisteredTable(damaged))).toBe(`bad-request: ${message}`)
    // Tables that were registered before this check existed can still be decoded and changed.
    expect(decodeTableMetadata(damaged)).toBeDefined()
  },
)

test('a registered table file can have null in members where readers accept it', () => {
  const damaged = { ...document, 'current-snapshot-id': null, refs: {}, 'snapshot-log': [] }
  expect(decodeRegisteredTable(damaged)['current-snapshot-id']).toBeNull()
})

test('a registered table file with negative sequence numbers or times is refused, because readers misinterpret them', () => {
  for (const more of [{ 'sequence-number': -1 }, { 'timestamp-ms': -1 }])
    expect(
      refusal(() => decodeRegisteredTable({ ...document, snapshots: [{ ...snapshot, ...more }] })),
    ).toContain('must not be negative: -1')
})

test('a registered table file is refused if a partition transform does not support the type of its column', () => {
  const spec = { 'spec-id': 1, fields: [{ name: 'p', transform: 'year', 'source-id': 1, 'field-id': 1001 }] }
  const specs = document['partition-specs'] as readonly JsonObject[]
  expect(
    refusal(() => decodeRegisteredTable({ ...document, 'partition-specs': [...specs, spec] })),
  ).toContain(
    'Cannot read id as long: a partition spec or sort order of the table applies the transform year',
  )
})
