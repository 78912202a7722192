import type { JsonObject } from '@headgate/json'
import { without } from '../../fields.ts'
import { encodeSchema } from '../schema/encode-schema.ts'
import type { Snapshot } from '../snapshot/types.ts'
import type { TableMetadata } from '../types.ts'
import { unknownFields } from './known-fields.ts'

/**
 * The document to be stored and served, in the exact form of the metadata's format version: version 1 also has the
 * singular `schema` and `partition-spec`, 1 and 2 say -1 for "no current snapshot" and 3 says null, only 3 has
 * `next-row-id`. Known fields come first, in the order in which readers expect them, then the unknown ones.
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

/** Format 1 has no sequence numbers; writers that say 0 are understood, but it is not written. */
function withoutSequenceNumber(snapshot: Snapshot): JsonObject {
  return Object.hasOwn(snapshot, 'sequence-number') ? without(snapshot, ['sequence-number']) : snapshot
}
