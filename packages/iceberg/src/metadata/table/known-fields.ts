import type { JsonObject } from '@headgate/json'

/** Fields of table metadata that this module reads and writes. All other fields are kept unchanged. */
const knownFields: ReadonlySet<string> = new Set([
  'format-version',
  'table-uuid',
  'location',
  'last-sequence-number',
  'last-updated-ms',
  'last-column-id',
  'schema',
  'schemas',
  'current-schema-id',
  'partition-spec',
  'partition-specs',
  'default-spec-id',
  'last-partition-id',
  'sort-orders',
  'default-sort-order-id',
  'properties',
  'current-snapshot-id',
  'next-row-id',
  'refs',
  'snapshots',
  'statistics',
  'partition-statistics',
  'snapshot-log',
  'metadata-log',
  'encryption-keys',
])

/** Returns the fields of a metadata document that this module does not know. */
export function unknownFields(object: JsonObject): JsonObject {
  if (Object.keys(object).every((key) => knownFields.has(key))) return {}
  return Object.fromEntries(Object.entries(object).filter(([key]) => !knownFields.has(key)))
}
