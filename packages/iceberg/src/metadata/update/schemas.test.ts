import type { JsonObject } from '@headgate/json'
import { expect, test } from 'vitest'
import {
  apply,
  commit,
  field,
  newTable,
  refusal,
  SCHEMA,
  schemaJson,
  specJson,
} from '../../../test/metadata/tables.ts'
import type { Schema } from '../schema/types.ts'

const WIDER = schemaJson([...(SCHEMA['fields'] as JsonObject[]), field(4, 'more', 'int')], {
  'schema-id': 77,
})
const add = (schema: JsonObject): JsonObject => ({ action: 'add-schema', schema })
const current = (id: number): JsonObject => ({ action: 'set-current-schema', 'schema-id': id })
const remove = (...ids: readonly number[]): JsonObject => ({ action: 'remove-schemas', 'schema-ids': ids })
const ids = (schemas: readonly Schema[]): readonly number[] => schemas.map((schema) => schema['schema-id'])
const base = newTable()
const NONE_ADDED = 'bad-request: Cannot set last added schema: no schema has been added'

test('a new schema of a table gets the next id of the table, not the requested id', () => {
  const next = commit(base, add(WIDER))
  expect(next.schemas).toEqual([SCHEMA, { ...WIDER, 'schema-id': 1 }])
  expect(next['last-column-id']).toBe(4)
  expect(next['current-schema-id']).toBe(0)
})

test('the schema id -1 refers to the last schema that the commit added', () => {
  expect(commit(base, add(WIDER), current(-1))['current-schema-id']).toBe(1)
  const third = schemaJson([field(1, 'id', 'long', { required: true })])
  expect(commit(base, add(WIDER), add(third), current(-1))['current-schema-id']).toBe(2)
})

test('adding a schema that exists has no effect', () => {
  const result = apply(base, add({ ...SCHEMA, 'schema-id': 5 }))
  expect(result).toEqual({ metadata: base, changed: false, expiredMetadataFiles: [] })
  expect(result.metadata).toBe(base)
})

test('the schema id -1 does not refer to a schema of an earlier commit', () => {
  expect(refusal(() => apply(base, current(-1)))).toBe(NONE_ADDED)
  expect(refusal(() => apply(base, add(SCHEMA), current(-1)))).toBe(NONE_ADDED)
  expect(refusal(() => apply(base, add(WIDER), add(SCHEMA), current(-1)))).toBe(NONE_ADDED)
  expect(commit(base, add(WIDER), add({ ...WIDER, 'schema-id': 3 }), current(-1))['current-schema-id']).toBe(
    1,
  )
})

test('adding a schema that exists can increase the last column id', () => {
  const result = apply({ ...base, 'last-column-id': 2 }, add(SCHEMA), current(-1))
  expect(result.changed).toBe(true)
  expect(result.metadata).toMatchObject({ schemas: [SCHEMA], 'last-column-id': 3, 'current-schema-id': 0 })
})

test('the id of a removed schema is not assigned again', () => {
  const third = schemaJson([field(1, 'id', 'long', { required: true })])
  const table = commit(commit(base, add(WIDER), add(third)), remove(1))
  expect(ids(commit(table, add(WIDER)).schemas)).toEqual([0, 2, 3])
})

const list = (id: number, element: string, required: boolean): JsonObject => ({
  type: 'list',
  'element-id': id,
  element,
  'element-required': required,
})
const map = (key: number, value: number, required: boolean): JsonObject => ({
  type: 'map',
  'key-id': key,
  key: 'string',
  'value-id': value,
  value: 'int',
  'value-required': required,
})
const ONE = schemaJson([
  field(1, 'a', 'decimal(9, 2)', { required: true, doc: 'd', 'initial-default': '1.00' }),
  field(2, 'l', list(3, 'int', true)),
  field(4, 'm', map(5, 6, true)),
  field(7, 's', { type: 'struct', fields: [field(8, 'x', 'geometry(a)')] }),
])
const [A, L, M, S] = ONE['fields'] as [JsonObject, JsonObject, JsonObject, JsonObject]
const VARIANTS: readonly (readonly [string, JsonObject, boolean])[] = [
  ['other spelling of a type', schemaJson([{ ...A, type: 'DECIMAL(9,2)' }, L, M, S]), true],
  [
    'other case of a CRS',
    schemaJson([A, L, M, { ...S, type: { type: 'struct', fields: [field(8, 'x', 'geometry(A)')] } }]),
    true,
  ],
  ['another id of the schema', { ...ONE, 'schema-id': 9 }, true],
  ['no identifier fields, said explicitly', { ...ONE, 'identifier-field-ids': [] }, true],
  ['identifier fields', { ...ONE, 'identifier-field-ids': [1] }, false],
  ['another order of fields', schemaJson([L, A, M, S]), false],
  ['another name', schemaJson([{ ...A, name: 'b' }, L, M, S]), false],
  ['another doc', schemaJson([{ ...A, doc: 'e' }, L, M, S]), false],
  ['optional instead of required', schemaJson([{ ...A, required: false }, L, M, S]), false],
  ['another precision', schemaJson([{ ...A, type: 'decimal(10, 2)' }, L, M, S]), false],
  ['another default', schemaJson([{ ...A, 'initial-default': '2.00' }, L, M, S]), false],
  ['a write default', schemaJson([{ ...A, 'write-default': '1.00' }, L, M, S]), false],
  ['another element id', schemaJson([A, { ...L, type: list(9, 'int', true) }, M, S]), false],
  ['another element type', schemaJson([A, { ...L, type: list(3, 'long', true) }, M, S]), false],
  ['optional elements', schemaJson([A, { ...L, type: list(3, 'int', false) }, M, S]), false],
  ['another key id', schemaJson([A, L, { ...M, type: map(9, 6, true) }, S]), false],
  ['another value id', schemaJson([A, L, { ...M, type: map(5, 9, true) }, S]), false],
  ['optional values', schemaJson([A, L, { ...M, type: map(5, 6, false) }, S]), false],
  ['a list for a map', schemaJson([A, L, { ...M, type: list(5, 'int', true) }, S]), false],
  [
    'another nested name',
    schemaJson([A, L, M, { ...S, type: { type: 'struct', fields: [field(8, 'y', 'geometry(a)')] } }]),
    false,
  ],
]

test.each(VARIANTS)('sameSchema compares schemas that differ in %s (%#)', (_, variant, same) => {
  const table = commit(newTable({ version: 3 }), add(ONE))
  expect(ids(commit(table, add(variant)).schemas)).toEqual(same ? [0, 1] : [0, 1, 2])
})

test('the last column id never decreases', () => {
  const narrow = schemaJson([field(1, 'id', 'long', { required: true })])
  const next = commit(base, add(WIDER), add(narrow), current(-1))
  expect(next['last-column-id']).toBe(4)
})

test('column types and default values of a later format version are refused', () => {
  const variant = schemaJson([field(1, 'v', 'variant')])
  const message =
    'bad-request: Invalid schema for v2:\n- Invalid type for v: variant is not supported until v3'
  expect(refusal(() => apply(base, add(variant)))).toBe(message)
  const upgrade = { action: 'upgrade-format-version', 'format-version': 3 }
  expect(refusal(() => apply(base, add(variant), upgrade))).toBe(message)
  expect(commit(base, upgrade, add(variant)).schemas).toHaveLength(2)
  expect(
    refusal(() => apply(base, add(schemaJson([field(1, 'i', 'int', { 'initial-default': 1 })])))),
  ).toContain('Invalid initial default for i: non-null default is not supported until v3')
  expect(commit(base, add(schemaJson([field(1, 'i', 'int', { 'write-default': 1 })]))).schemas).toHaveLength(
    2,
  )
})

test('only a schema of the table can become the current schema', () => {
  expect(refusal(() => apply(base, current(4)))).toBe(
    'bad-request: Cannot set current schema to unknown schema: 4',
  )
  expect(apply(base, current(0)).changed).toBe(false)
})

const partitioned = newTable({
  spec: specJson({ name: 'name_part', transform: 'identity', 'source-id': 2, 'field-id': 1000 }),
})

test('the default partition spec must be valid for the current schema after the commit', () => {
  const dropped = schemaJson([field(1, 'id', 'long', { required: true })])
  expect(refusal(() => apply(partitioned, add(dropped), current(-1)))).toBe(
    'bad-request: Cannot find source column for partition field: 1000: name_part: identity(2)',
  )
  const unpartition = [
    { action: 'add-spec', spec: specJson() },
    { action: 'set-default-spec', 'spec-id': -1 },
  ]
  const next = commit(partitioned, add(dropped), current(-1), ...unpartition)
  expect(next['partition-specs']).toHaveLength(2)
})

test('a new column cannot have the name of a partition field of another column', () => {
  const clash = schemaJson([...(SCHEMA['fields'] as JsonObject[]), field(4, 'name_part', 'int')])
  expect(refusal(() => apply(partitioned, add(clash), current(-1)))).toBe(
    'bad-request: Cannot create identity partition sourced from different field in schema: name_part',
  )
})

test('schemas other than the current schema can be removed, and unknown schema ids are ignored', () => {
  const table = commit(base, add(WIDER), current(-1))
  expect(commit(table, remove(0, 9)).schemas).toEqual([{ ...WIDER, 'schema-id': 1 }])
  expect(refusal(() => apply(table, remove(0, 1)))).toBe('bad-request: Cannot remove the current schema')
  expect(apply(table, remove(9)).changed).toBe(false)
  expect(apply(table, remove()).changed).toBe(false)
})

test('the schema id -1 does not refer to a removed schema', () => {
  expect(refusal(() => apply(base, add(WIDER), remove(1), current(-1)))).toBe(NONE_ADDED)
})
