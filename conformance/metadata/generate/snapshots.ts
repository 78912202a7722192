import { addInt64, type Int64, type Json, type JsonObject } from '@headgate/json'
import type { Random } from '../../attack/random.ts'

const ODD = 0.02

/**
 * State for which snapshots and refs are generated: the metadata document of the table, and the snapshots that the
 * current commit adds.
 */
export interface TableState {
  readonly document: JsonObject
  readonly now: number
  /** Ids of snapshots that the current commit adds. */
  readonly added: Int64[]
  lastSequence: Int64
  nextRow: Int64
}

export function snapshotIds({ document, added }: TableState): readonly Int64[] {
  const snapshots = (document['snapshots'] ?? []) as readonly JsonObject[]
  return [...snapshots.map((snapshot) => snapshot['snapshot-id'] as Int64), ...added]
}

/** Generates the next snapshot of the table, usually a valid one. */
export function randomSnapshot(random: Random, state: TableState): JsonObject {
  const version = Number(state.document['format-version'])
  const known = snapshotIds(state)
  const id = snapshotId(random, known)
  const parent = random.chance(0.75) ? known.at(-1) : undefined
  const sequence = random.chance(ODD)
    ? random.pick<Int64>([0, 1, state.lastSequence, -1, 9223372036854775807n])
    : after(state.lastSequence, random.chance(0.03) ? 3 : 1)
  state.added.push(id)
  if (version > 1) state.lastSequence = sequence
  return {
    'snapshot-id': id,
    ...(parent === undefined ? {} : { 'parent-snapshot-id': parent }),
    ...(version > 1 ? { 'sequence-number': sequence } : random.chance(ODD) ? { 'sequence-number': 0 } : {}),
    'timestamp-ms': random.chance(ODD)
      ? random.pick<Int64>([0, -1, -9223372036854775808n, state.now - 70_000, state.now + 70_000])
      : state.now - 10,
    ...(random.chance(0.95) ? { summary: makeSummary(random) } : {}),
    ...makeManifests(random, version),
    ...(random.chance(0.8) ? { 'schema-id': random.pick([0, 0, 1]) } : {}),
    ...readRows(random, version, state),
    ...(random.chance(0.02) ? { 'key-id': 'k1' } : {}),
    ...(random.chance(ODD)
      ? {
          [random.pick([
            'parent-snapshot-id',
            'schema-id',
            'key-id',
            'summary',
            'sequence-number',
            'x-unknown',
            'first-row-id',
            'added-rows',
            'manifests',
            'manifest-list',
          ])]: null,
        }
      : {}),
  }
}

/** Returns the sum of two integers, or the first one if the sum would exceed 64 bits. */
function after(value: Int64, more: number): Int64 {
  return value > 9_000_000_000_000_000_000n ? value : addInt64(value, more)
}

function snapshotId(random: Random, known: readonly Int64[]): Int64 {
  if (random.chance(ODD)) return random.pick<Int64>([-1, 0, -2, ...known.slice(0, 1)])
  if (random.chance(0.3)) return known.length + 1
  return 3_055_729_675_574_597_004n + BigInt(random.int(1_000_000))
}

function makeSummary(random: Random): Json {
  if (random.chance(ODD)) return random.pick<Json>([{}, { a: 'b' }, null, { operation: 'x', __proto__: 'y' }])
  return { operation: random.pick(['append', 'overwrite', 'replace', 'delete']), 'added-records': '3' }
}

function makeManifests(random: Random, version: number): JsonObject {
  const list = { 'manifest-list': `s3://b/t/metadata/snap-${random.int(1000)}.avro` }
  if (random.chance(0.97)) return list
  const manifests = { manifests: random.pick([[], ['s3://b/t/metadata/m.avro']]) }
  if (version === 1 && random.chance(0.7)) return manifests
  return random.pick<JsonObject>([manifests, { ...list, ...manifests }, {}])
}

function readRows(random: Random, version: number, state: TableState): JsonObject {
  if (version < 3) return random.chance(ODD) ? { 'first-row-id': 0, 'added-rows': 1 } : {}
  if (random.chance(ODD))
    return random.pick<JsonObject>([
      {},
      { 'first-row-id': 0 },
      { 'added-rows': 3 },
      { 'first-row-id': -1, 'added-rows': 1 },
      { 'first-row-id': 0, 'added-rows': -1 },
    ])
  const first = random.chance(0.05) ? after(state.nextRow, random.pick([1, 10])) : state.nextRow
  const rows = random.int(100)
  state.nextRow = after(first, rows)
  return { 'first-row-id': first, 'added-rows': rows }
}

/** Generates the members of a branch or tag, not including its name. */
export function randomRef(random: Random, state: TableState, main: boolean): JsonObject {
  const known = snapshotIds(state)
  const id =
    random.chance(ODD) || known.length === 0
      ? random.pick<Int64>([-1, 5, 99])
      : random.chance(0.5)
        ? (known.at(-1) ?? 1)
        : random.pick(known)
  const type = random.chance(ODD)
    ? random.pick(['TAG', 'Branch', 'x'])
    : main || random.chance(0.6)
      ? 'branch'
      : 'tag'
  return {
    type,
    'snapshot-id': id,
    ...(random.chance(0.1)
      ? { 'max-ref-age-ms': random.pick<Json>([1, 10_000, null, 0, 9223372036854775807n]) }
      : {}),
    ...(random.chance(0.08) ? { 'min-snapshots-to-keep': random.pick<Json>([1, 5, null, 0, -1]) } : {}),
    ...(random.chance(0.08) ? { 'max-snapshot-age-ms': random.pick<Json>([1, 10_000, null, 0]) } : {}),
  }
}

export function randomStatistics(random: Random, state: TableState, partition: boolean): JsonObject {
  const known = snapshotIds(state)
  const id = known.length === 0 || random.chance(0.1) ? 77 : random.pick(known)
  const file = {
    'snapshot-id': id,
    'statistics-path': `s3://b/t/stats-${random.int(9)}`,
    'file-size-in-bytes': random.pick<Json>([10, 9007199254740993n]),
  }
  if (partition) return file
  const blob = {
    type: 'apache-datasketches-theta-v1',
    'snapshot-id': id,
    'sequence-number': 1,
    fields: [1],
    ...(random.chance(0.4) ? { properties: random.pick<Json>([{}, { ndv: '3' }]) } : {}),
  }
  return { ...file, 'file-footer-size-in-bytes': 4, 'blob-metadata': random.chance(0.7) ? [blob] : [] }
}
