// Tables, schemas and snapshots for the tests of metadata.
import { isHeadgateError } from '@headgate/errors'
import type { Int64, Json, JsonObject } from '@headgate/json'
import { applyTableUpdates, type AppliedUpdates } from '../../src/metadata/apply.ts'
import { createTableMetadata } from '../../src/metadata/create.ts'
import { decodePartitionSpec } from '../../src/metadata/partition/decode-spec.ts'
import { decodeSchema } from '../../src/metadata/schema/decode-schema.ts'
import { decodeSortOrder } from '../../src/metadata/sort/decode-order.ts'
import type { FormatVersion, TableMetadata } from '../../src/metadata/types.ts'
import { decodeTableUpdate } from '../../src/metadata/update/decode-update.ts'

export const NOW = 1_700_000_000_000
export const UUID = '9c12d441-03fe-4693-9a96-a0705ddf69c1'
export const OTHER_UUID = 'd20125c8-7284-442c-9aea-15fee620737c'
/** Snapshot id that a JavaScript number cannot represent. */
export const BIG = 3_055_729_675_574_597_004n

export function field(id: number, name: string, type: Json, more: JsonObject = {}): JsonObject {
  return { id, name, required: false, type, ...more }
}

export function schemaJson(fields: readonly JsonObject[], more: JsonObject = {}): JsonObject {
  return { type: 'struct', 'schema-id': 0, fields, ...more }
}

/** Schema with the columns id long (1, required), name string (2) and at timestamp (3). */
export const SCHEMA: JsonObject = schemaJson([
  field(1, 'id', 'long', { required: true }),
  field(2, 'name', 'string'),
  field(3, 'at', 'timestamp'),
])

export function specJson(...fields: readonly JsonObject[]): JsonObject {
  return { 'spec-id': 0, fields }
}

export function orderJson(...fields: readonly JsonObject[]): JsonObject {
  return { 'order-id': fields.length === 0 ? 0 : 1, fields }
}

export function sortBy(source: number, more: JsonObject = {}): JsonObject {
  return {
    transform: 'identity',
    'source-id': source,
    direction: 'asc',
    'null-order': 'nulls-first',
    ...more,
  }
}

export interface NewTable {
  readonly version?: FormatVersion
  readonly schema?: Json
  readonly spec?: Json
  readonly order?: Json
  readonly properties?: Readonly<Record<string, string>>
}

/** Creates the metadata of a table as the operation createTable does. */
export function newTable({
  version = 2,
  schema = SCHEMA,
  spec,
  order,
  properties = {},
}: NewTable = {}): TableMetadata {
  return createTableMetadata({
    uuid: UUID,
    location: 's3://lake/t',
    schema: decodeSchema(schema),
    ...(spec === undefined ? {} : { spec: decodePartitionSpec(spec) }),
    ...(order === undefined ? {} : { order: decodeSortOrder(order) }),
    properties: { ...properties, 'format-version': String(version) },
    now: NOW,
  })
}

/** Decodes updates and applies them to `base`, at a time one second after its last update. */
export function apply(base: TableMetadata | null, ...updates: readonly Json[]): AppliedUpdates {
  const now = base === null ? NOW : Number(base['last-updated-ms']) + 1000
  return applyTableUpdates(base, updates.map(decodeTableUpdate), { now })
}

/** Returns the metadata after one commit with these updates. */
export function commit(base: TableMetadata, ...updates: readonly Json[]): TableMetadata {
  return apply(base, ...updates).metadata
}

export function snapshot(id: Int64, more: JsonObject = {}): JsonObject {
  return {
    'snapshot-id': id,
    'timestamp-ms': NOW,
    'manifest-list': `s3://lake/t/metadata/snap-${id}.avro`,
    summary: { operation: 'append' },
    ...more,
  }
}

export function addSnapshot(id: Int64, more: JsonObject = {}): JsonObject {
  return { action: 'add-snapshot', snapshot: snapshot(id, more) }
}

export function setRef(name: string, id: Int64, more: JsonObject = {}): JsonObject {
  return { action: 'set-snapshot-ref', 'ref-name': name, type: 'branch', 'snapshot-id': id, ...more }
}

/** Returns the updates of an append to main in format 2. */
export function append(id: Int64, sequence: number, more: JsonObject = {}): readonly JsonObject[] {
  return [addSnapshot(id, { 'sequence-number': sequence, ...more }), setRef('main', id)]
}

/** Returns `code: message` of the HeadgateError that a function throws. Fails if it throws none or another error. */
export function refusal(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (isHeadgateError(error)) return `${error.code}: ${error.message}`
    throw error
  }
  throw new Error('was not refused')
}
