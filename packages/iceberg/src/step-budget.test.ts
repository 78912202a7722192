import type { JsonObject } from '@headgate/json'
import { describe, expect, test } from 'vitest'
import { addSnapshot, apply, field, newTable, refusal, schemaJson, setRef } from '../test/metadata/tables.ts'
import { applyViewUpdates } from './view/apply-view-updates.ts'
import { decodeViewUpdate } from './view/decode-view-update.ts'
import { exampleView } from '../test/view/example-view.ts'

const many = (count: number, make: (i: number) => JsonObject): readonly JsonObject[] =>
  Array.from({ length: count }, (_, i) => make(i))

const table = newTable()
const addSchema = (i: number): JsonObject => ({
  action: 'add-schema',
  schema: schemaJson([field(1, 'id', 'long', { required: true }), field(4, `c${i}`, 'int')]),
})
const addSpec = (i: number): JsonObject => ({
  action: 'add-spec',
  spec: { fields: [{ 'source-id': 1, transform: 'identity', name: `p${i}` }] },
})
const addOrder = (i: number): JsonObject => ({
  action: 'add-sort-order',
  'sort-order': {
    'order-id': 1,
    fields: [
      { 'source-id': 1, transform: `bucket[${i + 1}]`, direction: 'asc', 'null-order': 'nulls-first' },
    ],
  },
})
const remove = (id: number): JsonObject => ({ action: 'remove-snapshots', 'snapshot-ids': [id] })

const addVersion = (i: number): JsonObject => ({
  action: 'add-view-version',
  'view-version': {
    'version-id': i + 100,
    'timestamp-ms': 1,
    'schema-id': 0,
    summary: {},
    'default-namespace': [],
    representations: [{ type: 'sql', sql: `select ${i}`, dialect: 'spark' }],
  },
})
const setProperty = (i: number): JsonObject => ({ action: 'set-properties', updates: { [`p${i}`]: 'v' } })
const commitView = (updates: readonly JsonObject[]): ReturnType<typeof applyViewUpdates> =>
  applyViewUpdates(
    exampleView(),
    updates.map((update) => decodeViewUpdate(update)),
    { now: 2_000_000_000_000 },
  )

/** Returns the CPU time in ms that `work` takes. */
function cpuMs(work: () => unknown): number {
  const start = process.cpuUsage()
  work()
  return process.cpuUsage(start).user / 1_000
}

const tooMuch =
  /^bad-request: Invalid commit: it adds or changes too many .* Split it into several commits\.$/

describe('the time for the updates of one commit', () => {
  const expensive: readonly (readonly [string, readonly JsonObject[]])[] = [
    ['new schemas', many(15_000, addSchema)],
    ['new partition specs', many(5_000, addSpec)],
    ['new sort orders', many(5_000, addOrder)],
    [
      'changes of the current schema',
      [
        ...many(2, addSchema),
        ...many(500, addSpec),
        ...many(10_000, (i) => ({ action: 'set-current-schema', 'schema-id': 1 + (i % 2) })),
      ],
    ],
    [
      'removals of snapshots with branches',
      [
        ...many(6_000, (i) => addSnapshot(i + 1, { 'sequence-number': i + 1 })),
        ...many(6_000, (i) => setRef(`b${i}`, i + 1)),
        ...many(6_000, (i) => remove(i + 1)),
      ],
    ],
  ]
  test.each(expensive)('a commit is refused in limited time for too many %s', (_, updates) => {
    // Without the limit, the commit would take 1 to 10 s.
    expect(cpuMs(() => expect(refusal(() => apply(table, ...updates))).toMatch(tooMuch))).toBeLessThan(1_000)
  })

  test('a commit is refused in limited time for too many versions of a view', () => {
    const updates = many(4_000, addVersion)
    expect(cpuMs(() => expect(refusal(() => commitView(updates))).toMatch(tooMuch))).toBeLessThan(1_000)
  })
})

describe('a commit of usual size', () => {
  test('a commit adds 500 schemas, partition specs or sort orders', () => {
    for (const add of [addSchema, addSpec, addOrder])
      expect(apply(table, ...many(500, add)).changed, add.name).toBe(true)
  })

  test('a commit removes 10,000 snapshots, one by one, from a table with 1,000 branches', () => {
    const full = apply(
      table,
      ...many(10_001, (i) => addSnapshot(i + 1, { 'sequence-number': i + 1 })),
      ...many(1_000, (i) => setRef(`b${i}`, 10_001)),
    ).metadata
    let left = full
    expect(
      cpuMs(() => {
        left = apply(full, ...many(10_000, (i) => remove(i + 1))).metadata
      }),
    ).toBeLessThan(1_000)
    expect([left.snapshots.length, Object.keys(left.refs).length]).toEqual([1, 1_000])
  })

  test('a commit sets 10,000 properties of a view, one by one', () => {
    // This commit would take 40 s if each update copied all properties.
    const updates = many(10_000, setProperty)
    expect(cpuMs(() => expect(commitView(updates).changed).toBe(true))).toBeLessThan(1_000)
  })
})

test('snapshots are removed with the branches that refer to them, also after branches changed', () => {
  const base = apply(
    table,
    addSnapshot(1),
    addSnapshot(2),
    addSnapshot(3),
    setRef('a', 1),
    setRef('b', 1),
  ).metadata
  const refs = (...updates: readonly JsonObject[]): readonly string[] =>
    Object.keys(apply(base, ...updates).metadata.refs)
  expect(refs(remove(1))).toEqual([])
  expect(refs(remove(2), setRef('a', 3), remove(1))).toEqual(['a'])
  expect(refs(remove(2), setRef('c', 3), setRef('c', 1), remove(3), remove(1))).toEqual([])
  expect(refs(remove(2), { action: 'remove-snapshot-ref', 'ref-name': 'a' }, remove(3))).toEqual(['b'])
})

test('partition fields without ids get the ids of fields with the same source and transform, even after a partition spec was removed', () => {
  const idsAfter = (...updates: readonly JsonObject[]): unknown =>
    apply(table, ...updates).metadata['partition-specs'].map(({ fields }) =>
      fields.map((each) => each['field-id']),
    )
  const bucket = (n: number, name: string): JsonObject => ({
    action: 'add-spec',
    spec: { fields: [{ 'source-id': 1, transform: `bucket[${n}]`, name }] },
  })
  expect(idsAfter(bucket(2, 'a'), bucket(3, 'b'), bucket(2, 'c'))).toEqual([[], [1000], [1001], [1000]])
  const removed = { action: 'remove-partition-specs', 'spec-ids': [1] }
  expect(idsAfter(bucket(2, 'a'), bucket(3, 'b'), removed, bucket(2, 'c'))).toEqual([[], [1001], [1002]])
})
