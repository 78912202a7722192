// Conversions between the model and the real implementation, and generators of random steps.
import { toInt64, type JsonObject } from '@headgate/json'
import * as fc from 'fast-check'
import { ORDERS, SCHEMAS, SPECS, type Model, type ModelRef, type Step } from './model.ts'
import type { Schema } from '../../src/metadata/schema/types.ts'
import { field, schemaJson, snapshot, sortBy } from './tables.ts'
import type { TableMetadata } from '../../src/metadata/types.ts'

function toSchema(letter: string): JsonObject {
  const columns = SCHEMAS[letter]?.columns ?? []
  return schemaJson(columns.map((id) => field(id, `c${id}`, id === 7 ? 'variant' : 'long')))
}

function toSpec(letter: string): JsonObject {
  const fields = (SPECS[letter] ?? []).map(([column, id]) => ({
    name: `p${id}`,
    transform: 'bucket[4]',
    'source-id': column,
    'field-id': id,
  }))
  return { 'spec-id': 0, fields }
}

function toOrder(letter: string): JsonObject {
  const columns = ORDERS[letter] ?? []
  return { 'order-id': columns.length === 0 ? 0 : 9, fields: columns.map((column) => sortBy(column)) }
}

/** Converts a step of the model to a table update in JSON. */
export function toUpdate(step: Step): JsonObject {
  switch (step.do) {
    case 'upgrade':
      return { action: 'upgrade-format-version', 'format-version': step.version }
    case 'move':
      return { action: 'set-location', location: step.location }
    case 'add-schema':
      return { action: step.do, schema: toSchema(step.letter) }
    case 'add-spec':
      return { action: step.do, spec: toSpec(step.letter) }
    case 'add-order':
      return { action: 'add-sort-order', 'sort-order': toOrder(step.letter) }
    case 'use-schema':
      return { action: 'set-current-schema', 'schema-id': step.id }
    case 'use-spec':
      return { action: 'set-default-spec', 'spec-id': step.id }
    case 'use-order':
      return { action: 'set-default-sort-order', 'sort-order-id': step.id }
    case 'drop-schema':
      return { action: 'remove-schemas', 'schema-ids': [step.id] }
    case 'drop-spec':
      return { action: 'remove-partition-specs', 'spec-ids': [step.id] }
    case 'set':
      return { action: 'set-properties', updates: { [step.name]: step.value } }
    case 'unset':
      return { action: 'remove-properties', removals: [step.name] }
    case 'snapshot':
      return { action: 'add-snapshot', snapshot: toSnapshot(step) }
    case 'drop-snapshot':
      return { action: 'remove-snapshots', 'snapshot-ids': [toInt64(step.id)] }
    case 'ref':
      return { action: 'set-snapshot-ref', 'ref-name': step.name, ...toRef(step.ref) }
    case 'drop-ref':
      return { action: 'remove-snapshot-ref', 'ref-name': step.name }
    case 'statistics':
      return { action: 'set-partition-statistics', 'partition-statistics': toStatistics(step.id) }
    case 'drop-statistics':
      return { action: 'remove-partition-statistics', 'snapshot-id': toInt64(step.id) }
    case 'key':
      return {
        action: 'add-encryption-key',
        'encryption-key': { 'key-id': step.id, 'encrypted-key-metadata': '' },
      }
    default:
      return { action: 'remove-encryption-key', 'key-id': step.id }
  }
}

function toSnapshot(step: Extract<Step, { do: 'snapshot' }>): JsonObject {
  return snapshot(toInt64(step.id), {
    'sequence-number': toInt64(step.sequence),
    ...(step.parent ? { 'parent-snapshot-id': 1 } : {}),
    ...(step.rows === null
      ? {}
      : { 'first-row-id': toInt64(step.rows[0]), 'added-rows': toInt64(step.rows[1]) }),
  })
}

function toRef(ref: ModelRef): JsonObject {
  return {
    type: ref.tag ? 'tag' : 'branch',
    'snapshot-id': toInt64(ref.id),
    [ref.tag ? 'max-ref-age-ms' : 'min-snapshots-to-keep']: ref.keep,
  }
}

function toStatistics(id: bigint): JsonObject {
  return { 'snapshot-id': toInt64(id), 'statistics-path': 's3://p', 'file-size-in-bytes': 1 }
}

/** Converts the metadata of a table to the state of the model. */
export function toModel(table: TableMetadata): Model {
  return {
    version: table['format-version'],
    location: table.location,
    lastSequence: BigInt(table['last-sequence-number']),
    lastColumn: table['last-column-id'],
    schemas: new Map(table.schemas.map((it) => [it['schema-id'], findLetter(it)])),
    schema: table['current-schema-id'],
    specs: new Map(
      table['partition-specs'].map((it) => [
        it['spec-id'],
        letter(SPECS, it.fields.map(readSourceId), ([column]) => column),
      ]),
    ),
    spec: table['default-spec-id'],
    lastPartition: table['last-partition-id'],
    orders: new Map(
      table['sort-orders'].map((it) => [
        it['order-id'],
        letter(ORDERS, it.fields.map(readSourceId), (column) => column),
      ]),
    ),
    order: table['default-sort-order-id'],
    properties: new Map(Object.entries(table.properties)),
    snapshots: new Map(
      table.snapshots.map((it) => [BigInt(it['snapshot-id']), BigInt(it['sequence-number'] ?? 0)]),
    ),
    refs: new Map(Object.entries(table.refs).map(([name, ref]) => [name, toModelRef(ref)])),
    current: table['current-snapshot-id'] === null ? null : BigInt(table['current-snapshot-id']),
    nextRow: BigInt(table['next-row-id']),
    log: table['snapshot-log'].map((it) => BigInt(it['snapshot-id'])),
    statistics: new Set(table['partition-statistics'].map((it) => BigInt(it['snapshot-id']))),
    keys: new Set(table['encryption-keys'].map((it) => it['key-id'])),
  }
}

function toModelRef(ref: TableMetadata['refs'][string]): ModelRef {
  const keep = ref['min-snapshots-to-keep'] ?? ref['max-ref-age-ms']
  return {
    id: BigInt(ref['snapshot-id']),
    tag: ref.type === 'tag',
    keep: keep === undefined ? null : Number(keep),
  }
}

function readSourceId(it: { readonly 'source-id'?: number }): number {
  return it['source-id'] ?? -1
}

function findLetter(schema: Schema): string {
  const ids = schema.fields.map((it) => it.id).join()
  return Object.entries(SCHEMAS).find(([, it]) => it.columns.join() === ids)?.[0] ?? '?'
}

function letter<T>(
  all: Readonly<Record<string, readonly T[]>>,
  columns: readonly number[],
  readColumn: (item: T) => number,
): string {
  return Object.entries(all).find(([, items]) => items.map(readColumn).join() === columns.join())?.[0] ?? '?'
}

const BIG = 2n ** 62n
const snapshotIds = fc.constantFrom(1n, 2n, 3n, BIG, BIG + 1n)
const ids = fc.constantFrom(-1, -1, 0, 1, 2, 3)
const refs = fc.record({ id: snapshotIds, tag: fc.boolean(), keep: fc.constantFrom(null, 1, 2) })
const branches = snapshotIds.map((id): ModelRef => ({ id, tag: false, keep: null }))
const sequences = fc.constantFrom(0n, 0n, 1n, 2n, 3n, 4n, BIG)
const rows = fc.option(fc.tuple(fc.constantFrom(0n, 5n, 10n, BIG), fc.constantFrom(0n, 5n)))
const letters = (all: object): fc.Arbitrary<string> => fc.constantFrom(...Object.keys(all))

/** Random steps of the model. A table refuses most of them. */
export const anyStep: fc.Arbitrary<Step> = fc
  .oneof(
    { weight: 1, arbitrary: fc.record({ do: fc.constant('upgrade'), version: fc.constantFrom(1, 2, 3, 4) }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('move'), location: fc.constantFrom('s3://a', 's3://b') }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('add-schema'), letter: letters(SCHEMAS) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('add-spec'), letter: letters(SPECS) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('add-order'), letter: letters(ORDERS) }) },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constantFrom('use-schema', 'use-spec', 'use-order'), id: ids }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('drop-schema', 'drop-spec'), id: fc.nat(3) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('set'),
        name: fc.constantFrom('a', '__proto__', 'uuid', 'constructor'),
        value: fc.constantFrom('1', '2'),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('unset'), name: fc.constantFrom('a', '__proto__') }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('snapshot'),
        id: snapshotIds,
        sequence: sequences,
        parent: fc.boolean(),
        rows,
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('drop-snapshot'), id: snapshotIds }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('ref'), name: fc.constant('main'), ref: branches }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('ref'),
        name: fc.constantFrom('main', 'b', '__proto__'),
        ref: refs,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('drop-ref'), name: fc.constantFrom('main', 'b', '__proto__') }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constantFrom('statistics', 'drop-statistics'), id: snapshotIds }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constantFrom('key', 'drop-key'), id: fc.constantFrom('k', 'l') }),
    },
  )
  // Objects of fc.record have no prototype, unlike the other objects of these tests.
  .map((step): Step => ('ref' in step ? { ...step, ref: { ...step.ref } } : { ...step }))

/** Action of a client that sends only valid updates. The steps of the action depend on the state of the table. */
export type Intent =
  Step | { readonly do: 'append' | 'stage' | 'rollback' | 'expire' | 'tag'; readonly pick: number }

export const anyIntent: fc.Arbitrary<Intent> = fc.oneof(
  { weight: 2, arbitrary: anyStep },
  {
    weight: 3,
    arbitrary: fc
      .record({
        do: fc.constantFrom('append', 'append', 'append', 'stage', 'rollback', 'expire', 'tag'),
        pick: fc.nat(9),
      })
      .map((intent): Intent => ({ ...intent })),
  },
)

/** Converts the action of a client to the steps for a table in this state. */
export function toSteps(model: Model, intent: Intent): readonly Step[] {
  if (!('pick' in intent)) return [intent]
  const known = [...model.snapshots.keys()]
  const existing = known[intent.pick % Math.max(1, known.length)] ?? 1n
  const id = 2n ** 61n + BigInt(intent.pick)
  switch (intent.do) {
    case 'append':
      return [newSnapshot(model, id), { do: 'ref', name: 'main', ref: { id, tag: false, keep: null } }]
    case 'stage':
      return [newSnapshot(model, id)]
    case 'rollback':
      return [{ do: 'ref', name: 'main', ref: { id: existing, tag: false, keep: null } }]
    case 'tag':
      return [{ do: 'ref', name: `t${intent.pick}`, ref: { id: existing, tag: true, keep: null } }]
    default:
      return [{ do: 'drop-snapshot', id: existing }]
  }
}

function newSnapshot(model: Model, id: bigint): Step {
  const sequence = model.version === 1 ? 0n : model.lastSequence + 1n
  return { do: 'snapshot', id, sequence, parent: true, rows: [model.nextRow, 3n] }
}
