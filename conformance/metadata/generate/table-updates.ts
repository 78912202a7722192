import type { Int64, Json, JsonObject } from '@headgate/json'
import type { Random } from '../../attack/random.ts'
import { damaged } from './damage.ts'
import { randomOrder, randomSpec } from './partitioning.ts'
import { oddPropertyNames, propertyNames, propertyValues } from './pools.ts'
import { deepSchema, evolvedSchema, randomSchema } from './schemas.ts'
import { randomRef, randomSnapshot, randomStatistics, snapshotIds, type TableState } from './snapshots.ts'

const ODD = 0.02

type Make = (random: Random, state: TableState) => readonly JsonObject[]

const buildList = ({ document }: TableState, name: string): readonly JsonObject[] =>
  (document[name] ?? []) as readonly JsonObject[]

const readVersion = ({ document }: TableState): number => Number(document['format-version'])

const currentSchema = (state: TableState): JsonObject =>
  buildList(state, 'schemas').find((it) => it['schema-id'] === state.document['current-schema-id']) ?? {}

/**
 * Returns an id for an update: of an object in a list of the metadata document, -1 for the last added object, or an id
 * that does not exist.
 */
function idFrom(random: Random, state: TableState, list: string, member: string): Json {
  const ids = buildList(state, list).map((item) => item[member] ?? 0)
  return random.chance(0.4) ? -1 : random.chance(ODD) ? 9 : random.pick([...ids, ids.length])
}

function addSchema(random: Random, state: TableState): JsonObject {
  const known = buildList(state, 'schemas')
  const version = readVersion(state)
  const lastColumnId = Number(state.document['last-column-id'])
  const kind = random.int(20)
  const schema =
    kind < 12
      ? evolvedSchema(random, version, currentSchema(state), lastColumnId)
      : kind < 16
        ? { ...pickOne(random, known), 'schema-id': random.pick([0, 4, -1]) }
        : kind < 19
          ? randomSchema(random, version, random.pick([1, lastColumnId + 1]))
          : deepSchema(random, random.pick([3, 20, 98, 99, 100, 101]))
  const lastColumn: JsonObject = random.chance(0.3) ? { 'last-column-id': lastColumnId } : {}
  return { action: 'add-schema', schema, ...lastColumn }
}

const makers: Readonly<Record<string, readonly [weight: number, make: Make]>> = {
  'assign-uuid': [
    1,
    (random, { document }) => [
      {
        action: 'assign-uuid',
        uuid: random.chance(0.8) ? (document['table-uuid'] ?? null) : '00000000-0000-0000-0000-000000000001',
      },
    ],
  ],
  'upgrade-format-version': [
    1,
    (random) => [
      { action: 'upgrade-format-version', 'format-version': random.pick([1, 2, 2, 3, 3, 3, 4, 0]) },
    ],
  ],
  'set-location': [
    1,
    (random) => [
      {
        action: 'set-location',
        location: random.pick(['s3://b/t', 's3://b/t/', 's3://b/u', '/u', '', '///', 'file:///']),
      },
    ],
  ],
  'add-schema': [4, (random, state) => [addSchema(random, state)]],
  'add-and-set-schema': [
    4,
    (random, state) => [addSchema(random, state), { action: 'set-current-schema', 'schema-id': -1 }],
  ],
  'set-current-schema': [
    2,
    (random, state) => [
      { action: 'set-current-schema', 'schema-id': idFrom(random, state, 'schemas', 'schema-id') },
    ],
  ],
  'remove-schemas': [
    1,
    (random, state) => [
      {
        action: 'remove-schemas',
        'schema-ids': random.some(
          buildList(state, 'schemas').map((it) => it['schema-id'] ?? 0),
          2,
        ),
      },
    ],
  ],
  'remove-and-add-schema': [1, removeAndAddSchema],
  'remove-and-add-spec': [1, removeAndAddSpec],
  'add-spec': [4, (random, state) => [{ action: 'add-spec', spec: makeSpec(random, state) }]],
  'add-and-set-spec': [
    3,
    (random, state) => [
      { action: 'add-spec', spec: makeSpec(random, state) },
      { action: 'set-default-spec', 'spec-id': -1 },
    ],
  ],
  'set-default-spec': [
    2,
    (random, state) => [
      { action: 'set-default-spec', 'spec-id': idFrom(random, state, 'partition-specs', 'spec-id') },
    ],
  ],
  'remove-partition-specs': [
    1,
    (random, state) => [
      {
        action: 'remove-partition-specs',
        'spec-ids': random.some(
          buildList(state, 'partition-specs').map((it) => it['spec-id'] ?? 0),
          2,
        ),
      },
    ],
  ],
  'add-sort-order': [
    3,
    (random, state) => [{ action: 'add-sort-order', 'sort-order': makeOrder(random, state) }],
  ],
  'add-and-set-order': [
    2,
    (random, state) => [
      { action: 'add-sort-order', 'sort-order': makeOrder(random, state) },
      { action: 'set-default-sort-order', 'sort-order-id': -1 },
    ],
  ],
  'set-default-sort-order': [
    2,
    (random, state) => [
      { action: 'set-default-sort-order', 'sort-order-id': idFrom(random, state, 'sort-orders', 'order-id') },
    ],
  ],
  'add-snapshot': [
    6,
    (random, state) => [{ action: 'add-snapshot', snapshot: randomSnapshot(random, state) }],
  ],
  append: [12, append],
  'set-snapshot-ref': [
    6,
    (random, state) => {
      const name = random.chance(0.4) ? 'main' : random.pick(['b1', 'b2', 't1', 'Main', ''])
      return [{ action: 'set-snapshot-ref', 'ref-name': name, ...randomRef(random, state, name === 'main') }]
    },
  ],
  'remove-snapshot-ref': [
    1,
    (random) => [{ action: 'remove-snapshot-ref', 'ref-name': random.pick(['main', 'b1', 't1', 'none']) }],
  ],
  'remove-snapshots': [
    2,
    (random, state) => [
      {
        action: 'remove-snapshots',
        'snapshot-ids': random.chance(ODD) ? [5] : random.some<Int64>([...snapshotIds(state), 5], 1),
      },
    ],
  ],
  'set-properties': [3, (random) => [{ action: 'set-properties', updates: randomProperties(random) }]],
  'remove-properties': [
    1,
    (random) => [{ action: 'remove-properties', removals: random.some(propertyNames, 2) }],
  ],
  'set-statistics': [
    2,
    (random, state) => [
      withSnapshotId(
        random,
        { action: 'set-statistics', statistics: randomStatistics(random, state, false) },
        'statistics',
      ),
    ],
  ],
  'remove-statistics': [
    1,
    (random, state) => [
      { action: 'remove-statistics', 'snapshot-id': random.pick<Int64>([...snapshotIds(state), 5]) },
    ],
  ],
  'set-partition-statistics': [
    1,
    (random, state) => [
      { action: 'set-partition-statistics', 'partition-statistics': randomStatistics(random, state, true) },
    ],
  ],
  'remove-partition-statistics': [
    1,
    (random, state) => [
      {
        action: 'remove-partition-statistics',
        'snapshot-id': random.pick<Int64>([...snapshotIds(state), 5]),
      },
    ],
  ],
  'add-encryption-key': [
    1,
    (random) => [
      {
        action: 'add-encryption-key',
        'encryption-key': {
          'key-id': random.pick(['k1', 'k2', '']),
          'encrypted-key-metadata': random.pick(['', 'AAEC', 'AA==', 'AA', 'A', '-_8=']),
          ...(random.chance(0.3)
            ? {
                'encrypted-by-id': random.pick(['k', null]),
                properties: random.pick<Json>([{}, { a: 'b' }, null]),
              }
            : {}),
        },
      },
    ],
  ],
  'remove-encryption-key': [
    1,
    (random) => [{ action: 'remove-encryption-key', 'key-id': random.pick(['k1', 'k9']) }],
  ],
}
const kinds = Object.values(makers)

const makeSpec = (random: Random, state: TableState): JsonObject =>
  random.chance(0.15)
    ? { ...pickOne(random, buildList(state, 'partition-specs')) }
    : randomSpec(
        random,
        readVersion(state),
        currentSchema(state),
        Number(state.document['last-partition-id']),
      )

const makeOrder = (random: Random, state: TableState): JsonObject =>
  random.chance(0.15)
    ? { ...pickOne(random, buildList(state, 'sort-orders')) }
    : randomOrder(random, readVersion(state), currentSchema(state))

/** Generates updates that remove a schema and add an equal one in the same commit. */
function removeAndAddSchema(random: Random, state: TableState): readonly JsonObject[] {
  const schema = pickOne(random, buildList(state, 'schemas'))
  return [
    { action: 'remove-schemas', 'schema-ids': [schema['schema-id'] ?? 0] },
    random.chance(0.5) ? { action: 'add-schema', schema } : addSchema(random, state),
  ]
}

function removeAndAddSpec(random: Random, state: TableState): readonly JsonObject[] {
  const spec = pickOne(random, buildList(state, 'partition-specs'))
  return [
    { action: 'remove-partition-specs', 'spec-ids': [spec['spec-id'] ?? 0] },
    { action: 'add-spec', spec: random.chance(0.5) ? spec : makeSpec(random, state) },
  ]
}

function append(random: Random, state: TableState): readonly JsonObject[] {
  const snapshot = randomSnapshot(random, state)
  const branch = random.chance(0.85) ? 'main' : 'b1'
  return [
    { action: 'add-snapshot', snapshot },
    {
      action: 'set-snapshot-ref',
      'ref-name': branch,
      type: 'branch',
      'snapshot-id': snapshot['snapshot-id'],
    },
  ]
}

/**
 * Adds the member `snapshot-id` to half of the updates, because older clients repeat the id outside of the statistics
 * file object.
 */
function withSnapshotId(random: Random, update: JsonObject, member: string): JsonObject {
  if (random.chance(0.5)) return update
  return { ...update, 'snapshot-id': (update[member] as JsonObject)['snapshot-id'] }
}

export function randomProperties(random: Random): JsonObject {
  const known = random.chance(ODD * 2) ? [...oddPropertyNames, ...propertyNames] : propertyNames
  return Object.fromEntries(random.some(known, 3).map((name) => [name, random.pick(propertyValues)]))
}

/** Generates the updates of one commit to a table with this metadata document. */
export function randomTableUpdates(random: Random, document: JsonObject, now: number): readonly Json[] {
  const state: TableState = {
    document,
    now,
    added: [],
    lastSequence: (document['last-sequence-number'] ?? 0) as Int64,
    nextRow: (document['next-row-id'] ?? 0) as Int64,
  }
  const updates: Json[] = []
  for (let more = 1 + random.int(random.chance(0.3) ? 6 : 2); more > 0; more--) {
    const [, make] = random.pickByWeight(kinds, ([weight]) => weight)
    updates.push(...make(random, state))
  }
  return random.chance(0.08) && updates.length > 0
    ? updates.map((update, index) => (index === updates.length - 1 ? damaged(random, update) : update))
    : updates
}

const pickOne = (random: Random, list: readonly JsonObject[]): JsonObject =>
  list.length === 0 ? {} : random.pick(list)
