import { hash } from 'node:crypto'

type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue }
type JsonRecord = { readonly [key: string]: JsonValue }

/** Numbers that determine the size of a table's metadata. */
export interface TableSize {
  readonly columns: number
  readonly snapshots: number
  /** Time in ms between two snapshots of the table. Default: 60,000. */
  readonly everyMs?: number
}

/** Size of a table with about 10 KB of metadata, like a table whose old snapshots are expired regularly. */
export const smallTable: TableSize = { columns: 36, snapshots: 9 }

/**
 * Size of a table with about 2 MB of metadata, like a table with months of small commits whose snapshots were
 * never expired.
 */
export const largeTable: TableSize = { columns: 60, snapshots: 3_000 }

const types = ['long', 'string', 'timestamptz', 'double', 'int', 'decimal(18, 4)', 'date', 'boolean'] as const

/**
 * Returns the body of a createTable request. Limits the metadata log of the table to a few files, so that its
 * metadata does not grow with each commit.
 */
export function createTableBody(name: string, size: TableSize): JsonRecord {
  const fields = Array.from({ length: size.columns }, (_, at) => ({
    id: at + 1,
    name: `column_${at + 1}`,
    required: at === 0,
    type: types[at % types.length] ?? 'long',
    doc: `Description of column ${at + 1}`,
  }))
  return {
    name,
    'stage-create': false,
    schema: { type: 'struct', 'schema-id': 0, fields },
    'partition-spec': {
      'spec-id': 0,
      fields: [{ 'source-id': 3, 'field-id': 1000, name: 'column_3_day', transform: 'day' }],
    },
    properties: { 'write.metadata.previous-versions-max': '3', 'write.parquet.compression-codec': 'zstd' },
  }
}

/**
 * Returns the bodies of the commits that add the snapshots to a table. The last snapshot becomes the current
 * one. The commits are divided so that no body exceeds the usual size limits of requests.
 */
export function snapshotCommits(size: TableSize, location: string): JsonRecord[] {
  const perCommit = 400
  const { everyMs = 60_000 } = size
  const startedAt = Date.now() - size.snapshots * everyMs
  const commits: JsonRecord[] = []
  for (let from = 0; from < size.snapshots; from += perCommit) {
    const numbers = Array.from({ length: Math.min(perCommit, size.snapshots - from) }, (_, at) => from + at)
    const updates: JsonRecord[] = numbers.map((n) => ({
      action: 'add-snapshot',
      snapshot: snapshot(n, startedAt + n * everyMs, location),
    }))
    const last = numbers.at(-1) ?? 0
    updates.push({
      action: 'set-snapshot-ref',
      'ref-name': 'main',
      type: 'branch',
      'snapshot-id': toSnapshotId(last),
    })
    commits.push({ requirements: [], updates })
  }
  return commits
}

function snapshot(n: number, at: number, location: string): JsonRecord {
  return {
    'snapshot-id': toSnapshotId(n),
    ...(n === 0 ? {} : { 'parent-snapshot-id': toSnapshotId(n - 1) }),
    'sequence-number': n + 1,
    'timestamp-ms': at,
    'manifest-list': `${location}/metadata/snap-${toSnapshotId(n)}-1-${uuidLike(n)}.avro`,
    summary: {
      operation: 'append',
      'spark.app.id': `application_${1_700_000_000_000 + hashToDigits(n, 1, 9)}_${n}`,
      'added-data-files': String(1 + hashToDigits(n, 2, 1)),
      'added-records': String(hashToDigits(n, 3, 6)),
      'added-files-size': String(hashToDigits(n, 4, 8)),
      'changed-partition-count': '1',
      'total-records': String(hashToDigits(n, 5, 9)),
      'total-files-size': String(hashToDigits(n, 6, 11)),
      'total-data-files': String(4 * (n + 1)),
      'total-delete-files': '0',
      'engine-version': '4.1.1',
      'engine-name': 'spark',
    },
    'schema-id': 0,
  }
}

/**
 * Returns an integer that JavaScript can represent exactly and that has as many digits as a real snapshot id.
 */
function toSnapshotId(n: number): number {
  return 1_000_000_000_000_000 + hashToDigits(n, 7, 15)
}

function uuidLike(n: number): string {
  const hex = hash('sha1', String(n))
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  )
}

/**
 * Returns a pseudorandom number with at most `digits` digits. It depends only on `n` and `salt`, so it is the
 * same in each run.
 */
function hashToDigits(n: number, salt: number, digits: number): number {
  return Number(BigInt(`0x${hash('sha1', `${n} ${salt}`).slice(0, 16)}`) % 10n ** BigInt(digits))
}
