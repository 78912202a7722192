import type { Json, JsonObject } from '@headgate/json'
import { expect, test } from 'vitest'
import type { PartitionSpec } from '../partition/types.ts'
import {
  apply,
  commit,
  field,
  newTable,
  refusal,
  schemaJson,
  specJson,
} from '../../../test/metadata/tables.ts'
import type { TableMetadata } from '../types.ts'

const TYPES = [
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'timestamp_ns',
  'timestamptz_ns',
  'string',
  'uuid',
  'binary',
  'unknown',
  'variant',
  'decimal(9, 2)',
  'fixed[4]',
  'geometry',
  'geography',
]
const point: Json = { type: 'struct', fields: [field(101, 'x', 'int')] }
const list: Json = { type: 'list', 'element-id': 103, element: 'int', 'element-required': true }
const ALL_TYPES = schemaJson([
  ...TYPES.map((type, i) => field(i + 1, `c${i + 1}`, type)),
  field(100, 'point', point),
  field(102, 'list', list),
])
const part = (name: string, transform: string, source: number, more: JsonObject = {}): JsonObject => ({
  name,
  transform,
  'source-id': source,
  'field-id': 1000,
  ...more,
})
const add = (...fields: readonly JsonObject[]): JsonObject => ({
  action: 'add-spec',
  spec: { ...specJson(...fields), 'spec-id': 55 },
})
const setDefault = (id: number): JsonObject => ({ action: 'set-default-spec', 'spec-id': id })
const remove = (...ids: readonly number[]): JsonObject => ({
  action: 'remove-partition-specs',
  'spec-ids': ids,
})
const ids = (table: TableMetadata): readonly number[] =>
  table['partition-specs'].map((spec) => spec['spec-id'])
const fieldIds = (spec: PartitionSpec | undefined): unknown => spec?.fields.map((it) => it['field-id'])
const base = newTable()
const all = commit(
  newTable({ version: 3, schema: schemaJson([field(1, 'x', 'int')]) }),
  { action: 'add-schema', schema: ALL_TYPES },
  { action: 'set-current-schema', 'schema-id': -1 },
)
const NONE_ADDED = 'bad-request: Cannot set last added spec: no spec has been added'

test('a new partition spec gets the next id, and the id -1 refers to this spec', () => {
  const next = commit(base, add(part('b', 'bucket[4]', 1)), setDefault(-1))
  expect(next['partition-specs']).toEqual([specJson(), { 'spec-id': 1, fields: [part('b', 'bucket[4]', 1)] }])
  expect(next['default-spec-id']).toBe(1)
  expect(next['last-partition-id']).toBe(1000)
})

test('a new partition spec can omit its id', () => {
  const { 'spec-id': _, ...spec } = specJson(part('b', 'bucket[4]', 1))
  const next = commit(base, { action: 'add-spec', spec }, setDefault(-1))
  expect(ids(next)).toEqual([0, 1])
  expect(next['default-spec-id']).toBe(1)
})

const FIELDS = [part('b', 'bucket[4]', 1), part('d', 'day', 3, { 'field-id': 1001 })]
const VARIANTS: readonly (readonly [string, readonly JsonObject[], boolean])[] = [
  [
    'other field ids',
    [part('b', 'bucket[4]', 1, { 'field-id': 1007 }), part('d', 'day', 3, { 'field-id': 1008 })],
    true,
  ],
  [
    'other spelling of transforms',
    [part('b', 'BUCKET[04]', 1), part('d', 'Day', 3, { 'field-id': 1001 })],
    true,
  ],
  [
    'one source in a list',
    [
      { name: 'b', transform: 'bucket[4]', 'source-ids': [1], 'field-id': 1000 },
      part('d', 'day', 3, { 'field-id': 1001 }),
    ],
    true,
  ],
  ['another name', [part('c', 'bucket[4]', 1), part('d', 'day', 3, { 'field-id': 1001 })], false],
  ['another transform', [part('b', 'bucket[5]', 1), part('d', 'day', 3, { 'field-id': 1001 })], false],
  ['another source', [part('b', 'bucket[4]', 2), part('d', 'day', 3, { 'field-id': 1001 })], false],
  ['another order of fields', [part('d', 'day', 3, { 'field-id': 1001 }), part('b', 'bucket[4]', 1)], false],
  ['fewer fields', [part('b', 'bucket[4]', 1)], false],
]

test.each(VARIANTS)('compatibleSpecs compares partition specs that differ in %s (%#)', (_, fields, same) => {
  const table = commit(newTable({ version: 3 }), add(...FIELDS))
  expect(ids(commit(table, add(...fields)))).toEqual(same ? [0, 1] : [0, 1, 2])
  expect(apply(table, add(...fields)).changed).toBe(!same)
})

test('the partition spec id -1 refers to an existing spec only if the commit adds this spec after a new spec', () => {
  expect(refusal(() => apply(base, setDefault(-1)))).toBe(NONE_ADDED)
  expect(refusal(() => apply(base, add(), setDefault(-1)))).toBe(NONE_ADDED)
  expect(
    commit(base, add(part('b', 'bucket[4]', 1)), setDefault(-1), add(), setDefault(-1))['default-spec-id'],
  ).toBe(0)
})

test('only a partition spec of the table can become the default partition spec', () => {
  expect(refusal(() => apply(base, setDefault(3)))).toBe(
    'bad-request: Cannot set default partition spec to unknown spec: 3',
  )
  expect(apply(base, setDefault(0)).changed).toBe(false)
})

test('partition specs other than the default can be removed, and unknown partition spec ids are ignored', () => {
  const table = commit(base, add(part('b', 'bucket[4]', 1)), setDefault(-1))
  expect(ids(commit(table, remove(0, 7)))).toEqual([1])
  expect(refusal(() => apply(table, remove(1)))).toBe('bad-request: Cannot remove the default partition spec')
  expect(apply(table, remove(7)).changed).toBe(false)
  expect(refusal(() => apply(table, remove(0), setDefault(0)))).toContain('unknown spec: 0')
  expect(refusal(() => apply(base, add(part('b', 'bucket[4]', 1)), remove(1), setDefault(-1)))).toBe(
    NONE_ADDED,
  )
})

const bare = (name: string, transform: string, source: number): JsonObject => ({
  name,
  transform,
  'source-id': source,
})

test('partition fields without an id get the id of a field with the same source and transform, or the next free id', () => {
  const table = commit(base, add(...FIELDS), add(part('x', 'identity', 2, { 'field-id': 1002 })))
  const next = commit(
    table,
    add(
      bare('new', 'truncate[3]', 2),
      bare('day', 'day', 3),
      bare('b2', 'bucket[4]', 1),
      bare('b3', 'bucket[4]', 1),
    ),
  )
  expect(fieldIds(next['partition-specs'].at(-1))).toEqual([1003, 1001, 1000, 1004])
  expect(next['last-partition-id']).toBe(1004)
})

test('partition field ids of format 1 must be 1000, 1001, …', () => {
  const v1 = newTable({ version: 1 })
  expect(
    fieldIds(commit(v1, add({ name: 'b', transform: 'bucket[4]', 'source-id': 1 }))['partition-specs'][1]),
  ).toEqual([1000])
  expect(refusal(() => apply(v1, add(part('b', 'bucket[4]', 1, { 'field-id': 1001 }))))).toBe(
    'bad-request: Spec does not use sequential IDs that are required in v1: 1001',
  )
})

test('a partition field with several sources is accepted only in format 3 and with an unknown transform', () => {
  const several = { name: 'z', transform: 'hilbert', 'source-ids': [1, 2], 'field-id': 1000 }
  expect(refusal(() => apply(base, add(several)))).toBe(
    'bad-request: Invalid partition spec: source-ids is not supported until v3',
  )
  expect(commit(newTable({ version: 3 }), add(several))['partition-specs'][1]?.fields).toEqual([several])
  expect(refusal(() => apply(newTable({ version: 3 }), add({ ...several, transform: 'bucket[4]' })))).toBe(
    'bad-request: Invalid number of sources for transform: bucket[4]',
  )
  expect(refusal(() => apply(newTable({ version: 3 }), add({ ...several, 'source-ids': [1, 8] })))).toContain(
    'Cannot find source column for partition field: 1000: z: hilbert(1, 8)',
  )
})

const DATES = ['date', 'timestamp', 'timestamptz', 'timestamp_ns', 'timestamptz_ns']
const TRUNCATABLE = ['int', 'long', 'decimal(9, 2)', 'string', 'binary']
const PRIMITIVE = TYPES.filter((type) => type !== 'variant')
const SOURCES: readonly (readonly [string, readonly string[]])[] = [
  ['identity', PRIMITIVE.filter((type) => !type.startsWith('geo'))],
  ['bucket[16]', [...TRUNCATABLE, ...DATES, 'time', 'uuid', 'fixed[4]']],
  ['truncate[8]', TRUNCATABLE],
  ['year', DATES],
  ['month', DATES],
  ['day', DATES],
  ['hour', DATES.slice(1)],
  ['void', TYPES],
  ['of-the-future[1, 2]', PRIMITIVE],
]

test.each(SOURCES)(
  'the partition transform %s accepts only the types that it is defined for',
  (transform, allowed) => {
    const taken = TYPES.filter((_, i) => {
      try {
        commit(all, add(part('p', transform, i + 1)))
        return true
      } catch {
        return false
      }
    })
    expect(new Set(taken)).toEqual(new Set(allowed))
  },
)

const REFUSED: readonly (readonly [string, readonly JsonObject[], string])[] = [
  [
    'a missing column',
    [part('p', 'identity', 999)],
    'Cannot find source column for partition field: 1000: p: identity(999)',
  ],
  ['a struct', [part('p', 'identity', 100)], 'Cannot partition by non-primitive source field: struct'],
  ['a variant', [part('p', 'identity', 16)], 'Cannot partition by non-primitive source field: variant'],
  ['a wrong type', [part('p', 'day', 2)], 'Invalid source type int for transform: day'],
  ['an element of a list', [part('p', 'identity', 103)], 'Invalid partition field parent: list'],
  [
    'no buckets',
    [part('p', 'bucket[0]', 2)],
    'Invalid spec.fields[0].transform: Invalid number of buckets: 0 (must be > 0)',
  ],
  [
    'more buckets than a writer can count',
    [part('p', 'bucket[2147483648]', 2)],
    'Invalid spec.fields[0].transform: Invalid number of buckets: 2147483648 (must be > 0)',
  ],
  [
    'no width',
    [part('p', 'truncate[0]', 2)],
    'Invalid spec.fields[0].transform: Invalid truncate width: 0 (must be > 0)',
  ],
  ['no name', [part('', 'identity', 2)], 'Cannot use empty partition name'],
  [
    'a name used twice',
    [part('p', 'identity', 2), part('p', 'day', 6, { 'field-id': 1001 })],
    'Cannot use partition name more than once: p',
  ],
  [
    'an id used twice',
    [part('p', 'identity', 2), part('q', 'day', 6)],
    'Cannot use partition field id more than once',
  ],
  [
    'the name of another column',
    [part('c3', 'bucket[2]', 2)],
    'Cannot create identity partition sourced from different field in schema: c3',
  ],
]

test.each(REFUSED)('a partition spec with %s is refused', (_, fields, message) => {
  expect(refusal(() => apply(all, add(...fields)))).toBe(`bad-request: ${message}`)
})

test('a partition spec can use a field of a struct, and a partition field can have the name of its source column', () => {
  expect(
    commit(all, add(part('x', 'identity', 101), part('c2', 'bucket[2]', 2, { 'field-id': 1001 })))[
      'last-partition-id'
    ],
  ).toBe(1001)
})

test('the default partition spec can contain a field of a dropped column only with the transform void', () => {
  const table = newTable({ version: 1, spec: specJson(part('n', 'identity', 2)) })
  const dropped = { action: 'add-schema', schema: schemaJson([field(1, 'id', 'long', { required: true })]) }
  const next = commit(table, add(part('n', 'void', 2)), setDefault(-1), dropped, {
    action: 'set-current-schema',
    'schema-id': -1,
  })
  expect(next['default-spec-id']).toBe(1)
})

test('the last partition id never decreases', () => {
  const high = commit(base, add(part('h', 'bucket[4]', 1, { 'field-id': 1010 })))
  expect(commit(high, add(part('l', 'bucket[4]', 2)))['last-partition-id']).toBe(1010)
})

test('the member source-ids of a partition field with one source is stored as source-id', () => {
  const one = { name: 'b', transform: 'bucket[4]', 'source-ids': [1], 'field-id': 1000 }
  expect(commit(base, add(one))['partition-specs'][1]?.fields).toEqual([part('b', 'bucket[4]', 1)])
})

test('a partition field with the transform void of a removed column can have the name of a new column', () => {
  const table = newTable({ version: 1, spec: specJson(part('n', 'identity', 2)) })
  const other = schemaJson([field(1, 'id', 'long', { required: true }), field(5, 'n', 'long')])
  const next = commit(
    table,
    add(part('n', 'void', 2)),
    setDefault(-1),
    { action: 'add-schema', schema: other },
    { action: 'set-current-schema', 'schema-id': -1 },
  )
  expect(next['current-schema-id']).toBe(1)
})
