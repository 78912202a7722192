import type { Json } from '@headgate/json'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeViewRequirement, decodeViewUpdate } from './decode-view-update.ts'
import { makeSchema, UUID, makeVersion } from '../../test/view/example-view.ts'
import { anyJson, damaged, outcome } from '../../test/view/views.ts'

const updates: readonly Json[] = [
  { action: 'assign-uuid', uuid: UUID },
  { action: 'upgrade-format-version', 'format-version': 1 },
  { action: 'add-schema', schema: makeSchema('x') },
  { action: 'set-location', location: 's3://b/v' },
  { action: 'set-properties', updates: { a: 'b' } },
  { action: 'remove-properties', removals: ['a'] },
  { action: 'add-view-version', 'view-version': makeVersion('select 1', { 'schema-id': -1, 'x-more': 1 }) },
  { action: 'set-current-view-version', 'view-version-id': -1 },
]

const refused = (message: RegExp): object =>
  expect.objectContaining({ code: 'bad-request', message: expect.stringMatching(message) })

test('the eight updates of a view are decoded unchanged', () => {
  for (const update of updates) expect(decodeViewUpdate(update)).toEqual(update)
})

test('earlier names of members in a view update are accepted', () => {
  expect(decodeViewUpdate({ action: 'set-properties', updated: { a: 'b' } })).toEqual(updates[4])
  expect(decodeViewUpdate({ action: 'remove-properties', removed: ['a'] })).toEqual(updates[5])
})

describe('decodeViewUpdate refuses', () => {
  test.each<[string, Json, RegExp]>([
    ['an action that is unknown', { action: 'explode' }, /unknown view update "explode"/],
    ['an action of tables', { action: 'remove-schemas', 'schema-ids': [1] }, /unknown view update/],
    ['no action', {}, /^Invalid updates\[2\]: missing field action$/],
    ['an action without its value', { action: 'set-location' }, /missing field location/],
    ['a null value', { action: 'set-location', location: null }, /updates\[2\]\.location: expected a string/],
    [
      'a uuid that is none',
      { action: 'assign-uuid', uuid: 'me' },
      /^Invalid updates\[2\]\.uuid: not a UUID: me$/,
    ],
    ['ids as text', { action: 'set-current-view-version', 'view-version-id': '1' }, /32-bit integer/],
    [
      'a null property',
      { action: 'set-properties', updates: { a: null } },
      /updates\["a"\]: expected a string/,
    ],
  ])('%s', (_, value, message) => {
    expect(() => decodeViewUpdate(value, 'updates[2]')).toThrow(refused(message))
  })
})

describe('requirements', () => {
  test('the requirement assert-view-uuid is decoded', () => {
    const requirement = { type: 'assert-view-uuid', uuid: 'any text, it is only compared' }
    expect(decodeViewRequirement(requirement)).toEqual(requirement)
  })

  test.each<Json>([
    { type: 'assert-create' },
    { type: 'assert-table-uuid', uuid: UUID },
    { uuid: UUID },
    null,
  ])('%j is refused', (value) => {
    expect(() => decodeViewRequirement(value)).toThrow(refused(/^Invalid (request body|type): /))
  })
})

test('decoders of view updates return a value or throw a HeadgateError for any JSON value', () => {
  const value = fc.oneof(anyJson, ...updates.map(damaged))
  fc.assert(
    fc.property(value, (value) => {
      outcome(() => decodeViewRequirement(value))
      const result = outcome(() => decodeViewUpdate(value))
      if (result !== 'refused') expect(decodeViewUpdate(result.accepted)).toEqual(result.accepted)
    }),
    { numRuns: 1_000 },
  )
})
