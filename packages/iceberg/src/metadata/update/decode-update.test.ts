import { stringify, type Json } from '@headgate/json'
import { expect, test } from 'vitest'
import {
  addSnapshot,
  orderJson,
  refusal,
  SCHEMA,
  setRef,
  specJson,
  UUID,
} from '../../../test/metadata/tables.ts'
import { decodeTableUpdate } from './decode-update.ts'

const statistics = {
  'snapshot-id': 1,
  'statistics-path': 's',
  'file-size-in-bytes': 1,
  'file-footer-size-in-bytes': 1,
  'blob-metadata': [],
}
const ALL: readonly { readonly [key: string]: Json; readonly action: string }[] = [
  { action: 'assign-uuid', uuid: UUID },
  { action: 'upgrade-format-version', 'format-version': 2 },
  { action: 'set-location', location: 's3://x' },
  { action: 'add-schema', schema: SCHEMA },
  { action: 'set-current-schema', 'schema-id': 0 },
  { action: 'remove-schemas', 'schema-ids': [0] },
  { action: 'add-spec', spec: specJson() },
  { action: 'set-default-spec', 'spec-id': 0 },
  { action: 'remove-partition-specs', 'spec-ids': [0] },
  { action: 'add-sort-order', 'sort-order': orderJson() },
  { action: 'set-default-sort-order', 'sort-order-id': 0 },
  { ...addSnapshot(1), action: 'add-snapshot' },
  { action: 'remove-snapshots', 'snapshot-ids': [1] },
  { ...setRef('main', 1), action: 'set-snapshot-ref' },
  { action: 'remove-snapshot-ref', 'ref-name': 'main' },
  { action: 'set-properties', updates: {} },
  { action: 'remove-properties', removals: [] },
  { action: 'set-statistics', statistics },
  { action: 'remove-statistics', 'snapshot-id': 1 },
  { action: 'set-partition-statistics', 'partition-statistics': { ...statistics } },
  { action: 'remove-partition-statistics', 'snapshot-id': 1 },
  { action: 'add-encryption-key', 'encryption-key': { 'key-id': 'k', 'encrypted-key-metadata': '' } },
  { action: 'remove-encryption-key', 'key-id': 'k' },
]

test('the examples of table updates cover all 23 updates', () => {
  expect(new Set(ALL.map((it) => it.action)).size).toBe(23)
})

test.each(ALL.map((it) => [it.action, it] as const))(
  'the update %s is decoded, also if its name is in upper case',
  (action, update) => {
    expect(decodeTableUpdate(update).action).toBe(action)
    expect(decodeTableUpdate({ ...update, action: action.toUpperCase() })).toEqual(decodeTableUpdate(update))
  },
)

test.each(ALL.map((it) => [it.action, it] as const))(
  'the update %s is refused if a member is missing or wrong',
  (action, update) => {
    for (const key of Object.keys(update).filter((it) => it !== 'action')) {
      expect(refusal(() => decodeTableUpdate({ ...update, [key]: null }))).toMatch(/^bad-request: Invalid /)
      expect(refusal(() => decodeTableUpdate({ ...update, [key]: true }))).toMatch(/^bad-request: Invalid /)
    }
    expect(refusal(() => decodeTableUpdate({ action: `${action}s` }))).toBe(
      `bad-request: Invalid action: unknown table update "${action}s"`,
    )
  },
)

const WRONG: readonly (readonly [Json, string])[] = [
  ['assign-uuid', 'Invalid request body: expected an object, found a string'],
  [[], 'Invalid request body: expected an object, found an array'],
  [{ uuid: UUID }, 'Invalid request body: missing field action'],
  [{ action: 7 }, 'Invalid action: expected a string, found a number'],
  [{ action: 'add-view-version' }, 'Invalid action: unknown table update "add-view-version"'],
  [{ action: 'constructor' }, 'Invalid action: unknown table update "constructor"'],
  [{ action: 'assign-uuid', uuid: 'x' }, 'Invalid uuid: not a UUID: x'],
  [
    { action: 'remove-schemas', 'schema-ids': ['1'] },
    'Invalid schema-ids[0]: expected a 32-bit integer, found a string',
  ],
  [
    { action: 'remove-snapshots', 'snapshot-ids': [2n ** 70n] },
    'Invalid snapshot-ids[0]: expected a 64-bit integer, found a number',
  ],
  [{ action: 'remove-properties' }, 'Invalid request body: missing field removals'],
  [{ action: 'set-properties' }, 'Invalid request body: missing field updates'],
]

test.each(WRONG.map((it) => [stringify(it[0]), ...it] as const))(
  'decodeTableUpdate refuses %s',
  (_, value, message) => {
    expect(refusal(() => decodeTableUpdate(value))).toBe(`bad-request: ${message}`)
  },
)
