import { stringify, type Json } from '@headgate/json'
import { expect, test } from 'vitest'
import { addSnapshot, orderJson, refusal, SCHEMA, setRef, specJson, UUID } from '../test-support.ts'
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

test('there are 23 updates', () => {
  expect(new Set(ALL.map((it) => it.action)).size).toBe(23)
})

test.each(ALL.map((it) => [it.action, it] as const))('%s is decoded, in any case', (action, update) => {
  expect(decodeTableUpdate(update).action).toBe(action)
  expect(decodeTableUpdate({ ...update, action: action.toUpperCase() })).toEqual(decodeTableUpdate(update))
})

test.each(ALL.map((it) => [it.action, it] as const))(
  '%s is refused when a field is missing or wrong',
  (action, update) => {
    for (const key of Object.keys(update).filter((it) => it !== 'action')) {
      expect(refusal(() => decodeTableUpdate({ ...update, [key]: null }))).toMatch(
        /^bad-request: Cannot parse /,
      )
      expect(refusal(() => decodeTableUpdate({ ...update, [key]: true }))).toMatch(
        /^bad-request: (Cannot parse|Invalid) /,
      )
    }
    expect(refusal(() => decodeTableUpdate({ action: `${action}s` }))).toBe(
      `bad-request: Unknown table update action: ${action}s`,
    )
  },
)

const WRONG: readonly (readonly [Json, string])[] = [
  ['assign-uuid', 'Cannot parse table update: not an object'],
  [[], 'Cannot parse table update: not an object'],
  [{ uuid: UUID }, 'Cannot parse table update: missing required field: action'],
  [{ action: 7 }, 'Cannot parse table update: action must be a string'],
  [{ action: 'add-view-version' }, 'Unknown table update action: add-view-version'],
  [{ action: 'constructor' }, 'Unknown table update action: constructor'],
  [{ action: 'assign-uuid', uuid: 'x' }, 'Invalid UUID: x'],
  [
    { action: 'remove-schemas', 'schema-ids': ['1'] },
    'Cannot parse remove-schemas: schema-ids must be a list of 32-bit integers',
  ],
  [
    { action: 'remove-snapshots', 'snapshot-ids': [2n ** 70n] },
    'Cannot parse remove-snapshots: snapshot-ids must be a list of 64-bit integers',
  ],
  [{ action: 'remove-properties' }, 'Cannot parse remove-properties: missing required field: removals'],
  [{ action: 'set-properties' }, 'Cannot parse set-properties: missing required field: updates'],
]

test.each(WRONG.map((it) => [stringify(it[0]), ...it] as const))('is no update: %s', (_, value, message) => {
  expect(refusal(() => decodeTableUpdate(value))).toBe(`bad-request: ${message}`)
})
