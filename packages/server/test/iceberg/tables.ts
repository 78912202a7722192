import type { Json, JsonObject } from '@headgate/json'
import type { Send, TestResponse } from '../server.ts'

/** Iceberg schema with one required column, `id` of type `long`. */
export const schema: JsonObject = {
  type: 'struct',
  fields: [{ id: 1, name: 'id', type: 'long', required: true }],
}

/** Returns the expected response for an error: its status and its body in the Iceberg REST form. */
export function errorBody(code: number, type: string, message: unknown): object {
  return { status: code, json: { error: { code, type, message } } }
}

/** Returns an object in a response. Throws if the value is not an object. */
export function objectAt(value: Json | undefined, ...path: readonly string[]): JsonObject {
  const at = path.reduce<Json | undefined>((inner, key) => objectAt(inner)[key], value)
  if (typeof at !== 'object' || at === null || Array.isArray(at))
    throw new TypeError(`no object at ${path.join('.')}: ${String(at)}`)
  return at as JsonObject
}

export function readMetadata(response: TestResponse): JsonObject {
  return objectAt(response.json, 'metadata')
}

/** Returns a text in a response. Throws if the value is not a text. */
export function textAt(value: Json | undefined, ...path: readonly string[]): string {
  const key = path.at(-1) ?? ''
  const text = objectAt(value, ...path.slice(0, -1))[key]
  if (typeof text !== 'string') throw new TypeError(`no text at ${path.join('.')}`)
  return text
}

export function readLocation(response: TestResponse): string {
  return textAt(response.json, 'metadata', 'location')
}

export function readMetadataLocation(response: TestResponse): string {
  return textAt(response.json, 'metadata-location')
}

export function setProperties(updates: Readonly<Record<string, string>>): JsonObject {
  return { action: 'set-properties', updates }
}

/** Returns the updates of an append to `main`. Sequence numbers begin with 1. */
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

/** Sends a commit of these updates to `namespace/tables/name`, or to another path. */
export function commit(
  send: Send,
  path: string,
  updates: readonly JsonObject[],
  requirements: readonly JsonObject[] = [],
  headers: Readonly<Record<string, string>> = {},
): Promise<TestResponse> {
  return send('POST', path, { requirements, updates }, headers)
}

/** Returns the requirements and updates that complete a staged create. */
export function toCreation(staged: TestResponse): { requirements: JsonObject[]; updates: JsonObject[] } {
  const metadata = readMetadata(staged)
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

/** Returns a body that creates a view of this name. */
export function viewBody(name: string, more: JsonObject = {}): JsonObject {
  return { name, schema: { 'schema-id': 0, ...schema }, 'view-version': viewVersion, properties: {}, ...more }
}

/** Returns a UUID of version 7, which clients use as keys. */
export function idempotencyKey(): string {
  const hex = Date.now().toString(16).padStart(12, '0')
  const random = crypto.randomUUID()
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${random.slice(15, 18)}-${random.slice(19)}`
}

/** Compares two values for a sort in ascending order. */
export function ascending<T extends string | number | bigint>(a: T, b: T): number {
  return a < b ? -1 : Number(a > b)
}
