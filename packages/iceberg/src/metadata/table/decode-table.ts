import type { Int64, Json, JsonObject } from '@headgate/json'
import {
  asArray,
  asObject,
  invalid,
  optionalField,
  optionalLong,
  optionalString,
  optionalStringMap,
  requiredInt,
  requiredLong,
  requiredString,
} from '../fields.ts'
import { decodeSnapshotRef } from '../snapshot/decode-ref.ts'
import { decodeSnapshot } from '../snapshot/decode-snapshot.ts'
import { MAIN_BRANCH, type SnapshotLogEntry, type SnapshotRef } from '../snapshot/types.ts'
import { decodePartitionStatisticsFile, decodeStatisticsFile } from '../statistics/decode-statistics.ts'
import {
  SUPPORTED_FORMAT_VERSION,
  type FormatVersion,
  type MetadataLogEntry,
  type TableMetadata,
} from '../types.ts'
import { checkTable } from './check-table.ts'
import { decodeEncryptedKey } from './decode-encrypted-key.ts'
import { decodeSchemas, decodeSortOrders, decodeSpecs } from './decode-lists.ts'
import { KNOWN_FIELDS } from './known-fields.ts'
import { storedLocation } from './location.ts'

const WHERE = 'table metadata'

/**
 * Decodes the metadata document of a table, format version 1, 2 or 3, and checks it as a whole: types of all fields,
 * ids that refer to something, schemas, the default partition spec and sort order against the current schema, refs,
 * logs. The value is taken over: it must not be changed afterwards.
 *
 * Source: Iceberg table specification, "Table Metadata Fields" and appendix C.
 *
 * @throws {HeadgateError} bad-request, with the field and what is wrong with it
 */
export function decodeTableMetadata(value: Json): TableMetadata {
  const object = asObject(value, WHERE)
  const version = decodeVersion(object)
  const uuid = optionalString(object, 'table-uuid', WHERE)
  const currentSnapshotId = decodeCurrentSnapshotId(object)
  const schemas = decodeSchemas(object, version)
  const metadata: TableMetadata = {
    ...unknownFields(object),
    'format-version': version,
    ...(uuid === undefined ? {} : { 'table-uuid': uuid }),
    location: storedLocation(requiredString(object, 'location', WHERE)),
    'last-sequence-number': version > 1 ? requiredLong(object, 'last-sequence-number', WHERE) : 0,
    'last-updated-ms': requiredLong(object, 'last-updated-ms', WHERE),
    'last-column-id': requiredInt(object, 'last-column-id', WHERE),
    schemas: schemas.list,
    'current-schema-id': schemas.currentId,
    ...decodeSpecs(object, version, schemas.index),
    ...decodeSortOrders(object, version, schemas.index),
    properties: optionalStringMap(object, 'properties', WHERE) ?? {},
    'current-snapshot-id': currentSnapshotId,
    'next-row-id': version >= 3 ? requiredLong(object, 'next-row-id', WHERE) : 0,
    refs: decodeRefs(object, currentSnapshotId),
    snapshots: list(object, 'snapshots', decodeSnapshot),
    statistics: list(object, 'statistics', decodeStatisticsFile),
    'partition-statistics': list(object, 'partition-statistics', decodePartitionStatisticsFile),
    'snapshot-log': list(object, 'snapshot-log', decodeSnapshotLogEntry),
    'metadata-log': list(object, 'metadata-log', decodeMetadataLogEntry),
    'encryption-keys': list(object, 'encryption-keys', decodeEncryptedKey),
  }
  checkTable(metadata)
  return metadata
}

function decodeVersion(object: JsonObject): FormatVersion {
  const version = requiredInt(object, 'format-version', WHERE)
  if (version === 1 || version === 2 || version === 3) return version
  throw invalid(`Cannot read unsupported version ${version} (supported: 1 to ${SUPPORTED_FORMAT_VERSION})`)
}

function unknownFields(object: JsonObject): JsonObject {
  const keys = Object.keys(object)
  if (keys.every((key) => KNOWN_FIELDS.has(key))) return {}
  return Object.fromEntries(Object.entries(object).filter(([key]) => !KNOWN_FIELDS.has(key)))
}

function list<T>(object: JsonObject, key: string, decode: (value: Json) => T): readonly T[] {
  const value = optionalField(object, key)
  return value === undefined ? [] : asArray(value, key).map(decode)
}

/** Some writers say -1 for "none". */
function decodeCurrentSnapshotId(object: JsonObject): Int64 | null {
  const id = optionalLong(object, 'current-snapshot-id', WHERE)
  return id === undefined || id === -1 ? null : id
}

/** Metadata without `refs` has a main branch all the same: where the current snapshot is. */
function decodeRefs(object: JsonObject, current: Int64 | null): Readonly<Record<string, SnapshotRef>> {
  const refs = optionalField(object, 'refs')
  if (refs === undefined)
    return current === null ? {} : { [MAIN_BRANCH]: { 'snapshot-id': current, type: 'branch' } }
  return Object.fromEntries(
    Object.entries(asObject(refs, 'refs')).map(([name, ref]) => [name, decodeSnapshotRef(ref)]),
  )
}

function decodeSnapshotLogEntry(value: Json): SnapshotLogEntry {
  const object = asObject(value, 'snapshot log entry')
  requiredLong(object, 'timestamp-ms', 'snapshot log entry')
  requiredLong(object, 'snapshot-id', 'snapshot log entry')
  return object as SnapshotLogEntry
}

function decodeMetadataLogEntry(value: Json): MetadataLogEntry {
  const object = asObject(value, 'metadata log entry')
  requiredLong(object, 'timestamp-ms', 'metadata log entry')
  requiredString(object, 'metadata-file', 'metadata log entry')
  return object as MetadataLogEntry
}
