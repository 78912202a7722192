import type { JsonObject } from '@headgate/json'
import { without } from '../../fields.ts'
import { encodeSchema } from '../schema/encode-schema.ts'
import type { Snapshot } from '../snapshot/types.ts'
import type { TableMetadata } from '../types.ts'
import { unknownFields } from './known-fields.ts'

/**
 * Returns the metadata document in the form of its format version. Version 1 also has the members `schema` and
 * `partition-spec`. Without a current snapshot, `current-snapshot-id` is -1 in versions 1 and 2, and null in version 3.
 * Only version 3 has `next-row-id`. Known fields come first, in the order of the reference implementation, then unknown
 * fields.
 */
export function encodeTableMetadata(metadata: TableMetadata): JsonObject {
  const version = metadata['format-version']
  const schemas = metadata.schemas.map(encodeSchema)
  const keys = metadata['encryption-keys']
  return {
    'format-version': version,
    'table-uuid': metadata['table-uuid'],
    location: metadata.location,
    ...(version > 1 ? { 'last-sequence-number': metadata['last-sequence-number'] } : {}),
    'last-updated-ms': metadata['last-updated-ms'],
    'last-column-id': metadata['last-column-id'],
    ...(version === 1
      ? { schema: schemas.find((it) => it['schema-id'] === metadata['current-schema-id']) }
      : {}),
    'current-schema-id': metadata['current-schema-id'],
    schemas,
    ...(version === 1 ? { 'partition-spec': defaultSpecFields(metadata) } : {}),
    'default-spec-id': metadata['default-spec-id'],
    'partition-specs': metadata['partition-specs'],
    'last-partition-id': metadata['last-partition-id'],
    'default-sort-order-id': metadata['default-sort-order-id'],
    'sort-orders': metadata['sort-orders'],
    properties: metadata.properties,
    'current-snapshot-id': metadata['current-snapshot-id'] ?? (version >= 3 ? null : -1),
    ...(version >= 3 ? { 'next-row-id': metadata['next-row-id'] } : {}),
    ...(keys.length > 0 ? { 'encryption-keys': keys } : {}),
    refs: metadata.refs,
    snapshots: version === 1 ? metadata.snapshots.map(withoutSequenceNumber) : metadata.snapshots,
    statistics: metadata.statistics,
    'partition-statistics': metadata['partition-statistics'],
    'snapshot-log': metadata['snapshot-log'],
    'metadata-log': metadata['metadata-log'],
    ...unknownFields(metadata),
  }
}

function defaultSpecFields(metadata: TableMetadata): JsonObject[string] {
  return metadata['partition-specs'].find((spec) => spec['spec-id'] === metadata['default-spec-id'])?.fields
}

/** Removes the sequence number of a snapshot. Format 1 has no sequence numbers, but some writers write 0. */
function withoutSequenceNumber(snapshot: Snapshot): JsonObject {
  return Object.hasOwn(snapshot, 'sequence-number') ? without(snapshot, ['sequence-number']) : snapshot
}
