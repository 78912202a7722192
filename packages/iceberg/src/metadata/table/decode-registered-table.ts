import type { Json, JsonObject } from '@headgate/json'
import { prependPath } from '../../field-error.ts'
import { decodeArray, decodeObject, optional, invalidField } from '../../fields.ts'
import { refuseNullDefaults, refuseNulls, refuseNullsIn } from '../../null-members.ts'
import { checkTransforms } from '../partition/check-transforms.ts'
import { checkFullNamesIn } from '../schema/check-full-names.ts'
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
 * Decodes the metadata file of a table that a client registers. Clients receive the content of the file unchanged, so
 * engines must be able to read it. In addition to `decodeTableMetadata`, refuses null for members that must be
 * omitted, checks schemas and snapshots like new ones, and checks that the transforms are valid for the current
 * schema.
 *
 * @throws {HeadgateError} bad-request
 */
export function decodeRegisteredTable(value: Json): TableMetadata {
  const document = decodeObject(value)
  checkFullNamesIn(document)
  const metadata = decodeTableMetadata(value)
  refuseNulls(document, MEMBERS)
  refuseNullDefaults(document['schemas'] ?? document['schema'])
  refuseNullsIn(document, 'snapshots', OF_SNAPSHOTS)
  forEachItem(document, 'statistics', (file) => refuseNullsIn(file, 'blob-metadata', OF_BLOBS))
  forEachItem(document, 'partition-specs', (spec) => refuseNullsIn(spec, 'fields', OF_PARTITION_FIELDS))
  metadata.schemas.forEach(checkNewSchema)
  metadata.snapshots.forEach(checkNewSnapshot)
  for (const { 'timestamp-ms': time } of [...metadata['snapshot-log'], ...metadata['metadata-log']])
    if (time < 0) throw prependPath('timestamp-ms', invalidField(`must not be negative: ${time}`))
  const current = metadata.schemas.find((schema) => schema['schema-id'] === metadata['current-schema-id'])
  if (current !== undefined)
    checkTransforms([...metadata['partition-specs'], ...metadata['sort-orders']], schemaIndex(current))
  return metadata
}

function forEachItem(object: JsonObject, list: string, check: (item: Json) => void): void {
  optional(object, list, (items) => decodeArray(items, check))
}
