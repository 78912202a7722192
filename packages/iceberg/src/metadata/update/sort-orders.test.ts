import type { JsonObject } from '@headgate/json'
import { expect, test } from 'vitest'
import {
  apply,
  commit,
  field,
  newTable,
  orderJson,
  refusal,
  schemaJson,
  sortBy,
} from '../../../test/metadata/tables.ts'
import type { TableMetadata } from '../types.ts'
import { decodeTableUpdate } from './decode-update.ts'

const add = (...fields: readonly JsonObject[]): JsonObject => ({
  action: 'add-sort-order',
  'sort-order': orderJson(...fields),
})
const setDefault = (id: number): JsonObject => ({ action: 'set-default-sort-order', 'sort-order-id': id })
const ids = (table: TableMetadata): readonly number[] =>
  table['sort-orders'].map((order) => order['order-id'])
const base = newTable()
const NONE_ADDED = 'bad-request: Cannot set last added sort order: no sort order has been added'

test('the ids of sort orders start at 1, and the id 0 is the sort order without fields', () => {
  const next = commit(base, add(sortBy(1)), add(sortBy(2)), setDefault(-1))
  expect(next['sort-orders']).toEqual([
    { 'order-id': 0, fields: [] },
    { 'order-id': 1, fields: [sortBy(1)] },
    { 'order-id': 2, fields: [sortBy(2)] },
  ])
  expect(next['default-sort-order-id']).toBe(2)
  expect(commit(next, setDefault(0))['default-sort-order-id']).toBe(0)
})

test('a table that was created with a sort order can change to the order without fields, which has the id 0', () => {
  const sorted = newTable({ order: orderJson(sortBy(1)) })
  expect(ids(sorted)).toEqual([1])
  const next = commit(sorted, add(), setDefault(-1))
  expect(ids(next)).toEqual([1, 0])
  expect(next['default-sort-order-id']).toBe(0)
})

const VARIANTS: readonly (readonly [string, JsonObject, boolean])[] = [
  [
    'other spelling',
    sortBy(1, { transform: 'Identity', direction: 'ASC', 'null-order': 'NULLS-FIRST' }),
    true,
  ],
  ['another source', sortBy(2), false],
  ['another transform', sortBy(1, { transform: 'bucket[2]' }), false],
  ['another direction', sortBy(1, { direction: 'desc' }), false],
  ['another null order', sortBy(1, { 'null-order': 'nulls-last' }), false],
]

test.each(VARIANTS)('sameOrder compares sort orders that differ in %s (%#)', (_, variant, same) => {
  const table = commit(base, add(sortBy(1)))
  expect(ids(commit(table, add(variant)))).toEqual(same ? [0, 1] : [0, 1, 2])
  expect(apply(table, add(variant)).changed).toBe(!same)
})

test('the sort order id -1 is refused if the commit added no sort order', () => {
  expect(refusal(() => apply(base, setDefault(-1)))).toBe(NONE_ADDED)
  expect(refusal(() => apply(base, add(), setDefault(-1)))).toBe(NONE_ADDED)
})

test('the sort order id -1 refers to an existing sort order if the commit adds this order after a new order', () => {
  const again = commit(base, add(sortBy(1)), setDefault(-1), add(), setDefault(-1))
  expect(again['default-sort-order-id']).toBe(0)
})

test('only a sort order of the table can become the default sort order', () => {
  expect(refusal(() => apply(base, setDefault(4)))).toBe(
    'bad-request: Cannot set default sort order to unknown sort order: 4',
  )
  expect(apply(base, setDefault(0)).changed).toBe(false)
})

const point = { type: 'struct', fields: [field(8, 'x', 'int')] }
const list = { type: 'list', 'element-id': 9, element: 'int', 'element-required': true }
const nested = newTable({
  version: 3,
  schema: schemaJson([field(1, 'p', point), field(2, 'l', list), field(3, 'v', 'variant')]),
})

test('a sort order must be valid for the current schema', () => {
  expect(refusal(() => apply(base, add(sortBy(9))))).toBe(
    'bad-request: Cannot find source column for sort field: identity(9) asc nulls-first',
  )
  expect(refusal(() => apply(nested, add(sortBy(1))))).toBe(
    'bad-request: Cannot sort by non-primitive source field: struct',
  )
  expect(refusal(() => apply(nested, add(sortBy(3))))).toBe(
    'bad-request: Cannot sort by non-primitive source field: variant',
  )
  expect(refusal(() => apply(base, add(sortBy(1, { transform: 'day' }))))).toBe(
    'bad-request: Invalid source type long for transform: day',
  )
  const several = { transform: 'zorder', direction: 'asc', 'null-order': 'nulls-last', 'source-ids': [1, 2] }
  expect(refusal(() => apply(base, add(several)))).toBe(
    'bad-request: Invalid sort order: source-ids is not supported until v3',
  )
  expect(commit(newTable({ version: 3 }), add(several))['sort-orders'][1]?.fields).toEqual([several])
  expect(refusal(() => apply(newTable({ version: 3 }), add({ ...several, transform: 'year' })))).toBe(
    'bad-request: Invalid number of sources for transform: year',
  )
})

test('the default sort order must be valid for the current schema after the commit', () => {
  const sorted = newTable({ order: orderJson(sortBy(2)) })
  const dropped = { action: 'add-schema', schema: schemaJson([field(1, 'id', 'long', { required: true })]) }
  const current = { action: 'set-current-schema', 'schema-id': -1 }
  expect(refusal(() => apply(sorted, dropped, current))).toBe(
    'bad-request: Cannot find source column for sort field: identity(2) asc nulls-first',
  )
  expect(ids(commit(sorted, add(), setDefault(-1), dropped, current))).toEqual([1, 0])
})

const WRONG: readonly (readonly [JsonObject, string])[] = [
  [
    { 'order-id': 0, fields: [sortBy(1)] },
    'Invalid sort-order: Sort order ID 0 is reserved for unsorted order',
  ],
  [{ 'order-id': 3, fields: [] }, 'Invalid sort-order: Unsorted order ID must be 0'],
  [
    orderJson(sortBy(1, { direction: 'up' })),
    'Invalid sort-order.fields[0].direction: neither asc nor desc: up',
  ],
  [
    orderJson(sortBy(1, { 'null-order': 'nulls-middle' })),
    'Invalid sort-order.fields[0].null-order: neither nulls-first nor nulls-last: nulls-middle',
  ],
  [{ 'order-id': 1 }, 'Invalid sort-order: missing field fields'],
]

test.each(WRONG)('decodeSortOrder refuses %j', (order, message) => {
  expect(refusal(() => decodeTableUpdate({ action: 'add-sort-order', 'sort-order': order }))).toBe(
    `bad-request: ${message}`,
  )
})
