import { stringify, type Json } from '@headgate/json'
import { expect, test } from 'vitest'
import {
  append,
  BIG,
  commit,
  newTable,
  OTHER_UUID,
  refusal,
  setRef,
  UUID,
} from '../../../test/metadata/tables.ts'
import type { TableMetadata } from '../types.ts'
import { checkTableRequirements } from './check-requirements.ts'
import { decodeTableRequirement } from './decode-requirement.ts'

const base = commit(newTable(), ...append(BIG, 1), setRef('t', BIG, { type: 'tag' }))

function check(table: TableMetadata | null, ...requirements: readonly Json[]): void {
  checkTableRequirements(table, requirements.map(decodeTableRequirement))
}

const held: readonly Json[] = [
  { type: 'assert-table-uuid', uuid: UUID.toUpperCase() },
  { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': BIG },
  { type: 'assert-ref-snapshot-id', ref: 'new', 'snapshot-id': null },
  { type: 'assert-ref-snapshot-id', ref: 'constructor' },
  { type: 'assert-last-assigned-field-id', 'last-assigned-field-id': 3 },
  { type: 'assert-current-schema-id', 'current-schema-id': 0 },
  { type: 'assert-last-assigned-partition-id', 'last-assigned-partition-id': 999 },
  { type: 'assert-default-spec-id', 'default-spec-id': 0 },
  { type: 'assert-default-sort-order-id', 'default-sort-order-id': 0 },
  { type: 'ASSERT-DEFAULT-SPEC-ID', 'default-spec-id': 0 },
]

test.each(held.map((it) => [stringify(it), it] as const))(
  'a commit with the requirement %s succeeds if the table meets it',
  (_, requirement) => {
    expect(() => check(base, requirement)).not.toThrow()
  },
)

const broken: readonly (readonly [Json, string])[] = [
  [{ type: 'assert-create' }, 'table already exists'],
  [{ type: 'assert-table-uuid', uuid: OTHER_UUID }, `UUID does not match: expected ${UUID} != ${OTHER_UUID}`],
  [
    { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': null },
    'branch main was created concurrently',
  ],
  [{ type: 'assert-ref-snapshot-id', ref: 't', 'snapshot-id': null }, 'tag t was created concurrently'],
  [
    { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': BIG + 1n },
    `branch main has changed: expected id ${BIG + 1n} != ${BIG}`,
  ],
  [
    { type: 'assert-ref-snapshot-id', ref: 't', 'snapshot-id': 1 },
    `tag t has changed: expected id 1 != ${BIG}`,
  ],
  [{ type: 'assert-ref-snapshot-id', ref: 'x', 'snapshot-id': 7 }, 'branch or tag x is missing, expected 7'],
  [
    { type: 'assert-last-assigned-field-id', 'last-assigned-field-id': 2 },
    'last assigned field id changed: expected id 2 != 3',
  ],
  [
    { type: 'assert-current-schema-id', 'current-schema-id': 9 },
    'current schema changed: expected id 9 != 0',
  ],
  [
    { type: 'assert-last-assigned-partition-id', 'last-assigned-partition-id': 1000 },
    'last assigned partition id changed: expected id 1000 != 999',
  ],
  [
    { type: 'assert-default-spec-id', 'default-spec-id': 1 },
    'default partition spec changed: expected id 1 != 0',
  ],
  [
    { type: 'assert-default-sort-order-id', 'default-sort-order-id': 1 },
    'default sort order changed: expected id 1 != 0',
  ],
]

test.each(broken.map((it) => [stringify(it[0]), ...it] as const))(
  'a commit with the requirement %s fails if the table does not meet it',
  (_, requirement, message) => {
    expect(refusal(() => check(base, requirement))).toBe(`commit-failed: Requirement failed: ${message}`)
  },
)

test('requirements are checked in the order of the request', () => {
  const wrongSchema = { type: 'assert-current-schema-id', 'current-schema-id': 9 }
  const wrongUuid = { type: 'assert-table-uuid', uuid: OTHER_UUID }
  expect(refusal(() => check(base, wrongSchema, wrongUuid))).toContain('current schema changed')
  expect(refusal(() => check(base, wrongUuid, wrongSchema))).toContain('UUID does not match')
})

test('assert-create succeeds only for a table that does not exist', () => {
  expect(() => check(null, { type: 'assert-create' }, { type: 'assert-create' })).not.toThrow()
  expect(() => check(null)).not.toThrow()
})

test('assert-create with other requirements is refused', () => {
  const create = { type: 'assert-create' }
  const uuid = { type: 'assert-table-uuid', uuid: UUID }
  const message = 'bad-request: Invalid create requirements: [assert-table-uuid]'
  expect(refusal(() => check(null, create, uuid))).toBe(message)
  expect(refusal(() => check(base, uuid, create))).toBe(message)
})

test('requirements fail for a table that does not exist, except requirements on counters such as the last column id', () => {
  expect(() =>
    check(null, { type: 'assert-last-assigned-field-id', 'last-assigned-field-id': 2 }),
  ).not.toThrow()
  expect(refusal(() => check(null, { type: 'assert-table-uuid', uuid: UUID }))).toBe(
    'commit-failed: Requirement failed: table does not exist',
  )
})

const undecodable: readonly (readonly [Json, string])[] = [
  [null, 'Invalid request body: expected an object, found null'],
  [{}, 'Invalid request body: missing field type'],
  [{ type: 'assert-view-uuid', uuid: UUID }, 'Invalid type: unknown table requirement "assert-view-uuid"'],
  [{ type: 'toString' }, 'Invalid type: unknown table requirement "tostring"'],
  [{ type: 'assert-table-uuid' }, 'Invalid request body: missing field uuid'],
  [
    { type: 'assert-ref-snapshot-id', ref: 'm', 'snapshot-id': '1' },
    'Invalid snapshot-id: expected a 64-bit integer, found a string',
  ],
  [
    { type: 'assert-default-spec-id', 'default-spec-id': 2 ** 31 },
    'Invalid default-spec-id: expected a 32-bit integer, found a number',
  ],
]

test.each(undecodable)('decodeTableRequirement refuses %j', (value, message) => {
  expect(refusal(() => decodeTableRequirement(value))).toBe(`bad-request: ${message}`)
})
