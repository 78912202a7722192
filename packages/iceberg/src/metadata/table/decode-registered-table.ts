import type { Json, JsonObject } from '@headgate/json'
import { within } from '../../field-error.ts'
import { decodeArray, decodeObject, optional, unfit } from '../../fields.ts'
import { refuseNullDefaults, refuseNulls, refuseNullsIn } from '../../null-members.ts'
import { checkTransforms } from '../partition/check-transforms.ts'
import { checkNewSchema } from '../schema/check-new-schema.ts'
import { schemaIndex } from '../schema/schema-index.ts'
import { checkNewSnapshot } from '../snapshot/decode-snapshot.ts'
import type { TableMetadata } from '../types.ts'
import { decodeTableMetadata } from './decode-table.ts'

const MEMBERS = [
  'schemas',
  'partition-specs',
  'sort-orders',
  'properties',
  'refs',
  'snapshots',
  'statistics',
  'partition-statistics',
  'encryption-keys',
]
const OF_SNAPSHOTS = ['sequence-number', 'parent-snapshot-id', 'summary', 'manifest-list', 'manifests']
const OF_BLOBS = ['properties']
const OF_PARTITION_FIELDS = ['field-id', 'source-id']

/**
 * Decodes the metadata file of a table that is to be registered. The file is served as it is, so that engines must be able
 * to read it, beyond what `decodeTableMetadata` asks: no null where members must be left out, schemas and snapshots as new
 * ones, and transforms that fit to the current schema.
 *
 * @throws {HeadgateError} bad-request
 */
export function decodeRegisteredTable(value: Json): TableMetadata {
  const metadata = decodeTableMetadata(value)
  const document = decodeObject(value)
  refuseNulls(document, MEMBERS)
  refuseNullDefaults(document['schemas'] ?? document['schema'])
  refuseNullsIn(document, 'snapshots', OF_SNAPSHOTS)
  eachOf(document, 'statistics', (file) => refuseNullsIn(file, 'blob-metadata', OF_BLOBS))
  eachOf(document, 'partition-specs', (spec) => refuseNullsIn(spec, 'fields', OF_PARTITION_FIELDS))
  metadata.schemas.forEach(checkNewSchema)
  metadata.snapshots.forEach(checkNewSnapshot)
  for (const { 'timestamp-ms': time } of [...metadata['snapshot-log'], ...metadata['metadata-log']])
    if (time < 0) throw within('timestamp-ms', unfit(`must not be negative: ${time}`))
  const current = metadata.schemas.find((schema) => schema['schema-id'] === metadata['current-schema-id'])
  if (current !== undefined)
    checkTransforms([...metadata['partition-specs'], ...metadata['sort-orders']], schemaIndex(current))
  return metadata
}

function eachOf(object: JsonObject, list: string, check: (item: Json) => void): void {
  optional(object, list, (items) => decodeArray(items, check))
}
