import type { Json, JsonObject } from '@headgate/json'
import type { Send, TestAnswer } from '../test-server.ts'

/** One required column, `id long`. */
export const schema: JsonObject = {
  type: 'struct',
  fields: [{ id: 1, name: 'id', type: 'long', required: true }],
}

/** The error body that every failure has. */
export function errorOf(code: number, type: string, message: unknown): object {
  return { status: code, json: { error: { code, type, message } } }
}

/** An object in an answer; the test fails when it is none. */
export function objectAt(value: Json | undefined, ...path: readonly string[]): JsonObject {
  const at = path.reduce<Json | undefined>((inner, key) => objectAt(inner)[key], value)
  if (typeof at !== 'object' || at === null || Array.isArray(at))
    throw new TypeError(`no object at ${path.join('.')}: ${String(at)}`)
  return at as JsonObject
}

export function metadataOf(answer: TestAnswer): JsonObject {
  return objectAt(answer.json, 'metadata')
}

/** A text in an answer; the test fails when it is none. */
export function textAt(value: Json | undefined, ...path: readonly string[]): string {
  const key = path.at(-1) ?? ''
  const text = objectAt(value, ...path.slice(0, -1))[key]
  if (typeof text !== 'string') throw new TypeError(`no text at ${path.join('.')}`)
  return text
}

export function locationOf(answer: TestAnswer): string {
  return textAt(answer.json, 'metadata', 'location')
}

export function metadataLocationOf(answer: TestAnswer): string {
  return textAt(answer.json, 'metadata-location')
}

export function setProperties(updates: Readonly<Record<string, string>>): JsonObject {
  return { action: 'set-properties', updates }
}

/** The updates of an append to `main`. Sequence numbers go from 1. */
export function append(
  snapshotId: bigint | number,
  sequenceNumber: number,
  parent?: bigint | number,
): JsonObject[] {
  const snapshot = {
    'snapshot-id': snapshotId,
    ...(parent === undefined ? {} : { 'parent-snapshot-id': parent }),
    'sequence-number': sequenceNumber,
    'timestamp-ms': Date.now(),
    'manifest-list': `file:///tmp/snap-${snapshotId}.avro`,
    summary: { operation: 'append' },
    'schema-id': 0,
  }
  return [
    { action: 'add-snapshot', snapshot },
    { action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': snapshotId },
  ]
}

/** A commit of these updates to `namespace/tables/name`, or another path. */
export function commit(
  send: Send,
  path: string,
  updates: readonly JsonObject[],
  requirements: readonly JsonObject[] = [],
  headers: Readonly<Record<string, string>> = {},
): Promise<TestAnswer> {
  return send('POST', path, { requirements, updates }, headers)
}

/** What a client sends to make a staged table real. */
export function creationOf(staged: TestAnswer): { requirements: JsonObject[]; updates: JsonObject[] } {
  const metadata = metadataOf(staged)
  return {
    requirements: [{ type: 'assert-create' }],
    updates: [
      { action: 'assign-uuid', uuid: metadata['table-uuid'] ?? null },
      { action: 'upgrade-format-version', 'format-version': 2 },
      { action: 'add-schema', schema: { 'schema-id': 0, ...schema }, 'last-column-id': 1 },
      { action: 'set-current-schema', 'schema-id': -1 },
      { action: 'add-spec', spec: { 'spec-id': 0, fields: [] } },
      { action: 'set-default-spec', 'spec-id': -1 },
      { action: 'add-sort-order', 'sort-order': { 'order-id': 0, fields: [] } },
      { action: 'set-default-sort-order', 'sort-order-id': -1 },
      { action: 'set-location', location: metadata['location'] ?? null },
      setProperties({ origin: 'staged' }),
    ],
  }
}

export const viewVersion: JsonObject = {
  'version-id': 1,
  'timestamp-ms': 1_700_000_000_000,
  'schema-id': 0,
  summary: {},
  representations: [{ type: 'sql', sql: 'select 1', dialect: 'spark' }],
  'default-namespace': ['sales'],
}

/** The body that creates a view of this name. */
export function viewBody(name: string, more: JsonObject = {}): JsonObject {
  return { name, schema: { 'schema-id': 0, ...schema }, 'view-version': viewVersion, properties: {}, ...more }
}

/** A key as clients make them: UUID version 7. */
export function idempotencyKey(): string {
  const hex = Date.now().toString(16).padStart(12, '0')
  const random = crypto.randomUUID()
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${random.slice(15, 18)}-${random.slice(19)}`
}

/** For sorting. */
export function ascending<T extends string | number | bigint>(a: T, b: T): number {
  return a < b ? -1 : Number(a > b)
}
