import type { Int64, Json, JsonObject } from '@headgate/json'
import { invalid } from '../../field-error.ts'
import {
  decodeArray,
  decodeAt,
  decodeInt32,
  decodeInt64,
  decodeObject,
  decodeString,
  decodeStringMap,
  optional,
  required,
  type Decoder,
} from '../../fields.ts'
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
import { unknownFields } from './known-fields.ts'
import { normalizeLocation } from './location.ts'

/**
 * Decodes the metadata document of a table in format version 1, 2 or 3, and checks the types of all fields, the references
 * by ids, the schemas, the default partition spec and sort order, the refs and the logs. The result shares objects with
 * `value`, which must not be changed afterwards.
 *
 * Source: Iceberg table specification, "Table Metadata Fields" and appendix C.
 *
 * @throws {HeadgateError} `bad-request` with the path of the wrong field
 */
export function decodeTableMetadata(value: Json): TableMetadata {
  const metadata = decodeAt('table metadata', value, decodeTable)
  checkTable(metadata)
  return metadata
}

function decodeTable(value: Json): TableMetadata {
  const object = decodeObject(value)
  const version = decodeVersion(object)
  const uuid = optional(object, 'table-uuid', decodeString)
  const currentSnapshotId = decodeCurrentSnapshotId(object)
  const schemas = decodeSchemas(object, version)
  return {
    ...unknownFields(object),
    'format-version': version,
    ...(uuid === undefined ? {} : { 'table-uuid': uuid }),
    location: required(object, 'location', (location) => normalizeLocation(decodeString(location))),
    'last-sequence-number': version > 1 ? required(object, 'last-sequence-number', decodeInt64) : 0,
    'last-updated-ms': required(object, 'last-updated-ms', decodeInt64),
    'last-column-id': required(object, 'last-column-id', decodeInt32),
    schemas: schemas.list,
    'current-schema-id': schemas.currentId,
    ...decodeSpecs(object, version, schemas.index),
    ...decodeSortOrders(object, version, schemas.index),
    properties: optional(object, 'properties', decodeStringMap) ?? {},
    'current-snapshot-id': currentSnapshotId,
    'next-row-id': version >= 3 ? required(object, 'next-row-id', decodeInt64) : 0,
    refs: decodeRefs(object, currentSnapshotId),
    snapshots: list(object, 'snapshots', decodeSnapshot),
    statistics: list(object, 'statistics', decodeStatisticsFile),
    'partition-statistics': list(object, 'partition-statistics', decodePartitionStatisticsFile),
    'snapshot-log': list(object, 'snapshot-log', decodeSnapshotLogEntry),
    'metadata-log': list(object, 'metadata-log', decodeMetadataLogEntry),
    'encryption-keys': list(object, 'encryption-keys', decodeEncryptedKey),
  }
}

function decodeVersion(object: JsonObject): FormatVersion {
  const version = required(object, 'format-version', decodeInt32)
  if (version === 1 || version === 2 || version === 3) return version
  throw invalid(`Cannot read unsupported version ${version} (supported: 1 to ${SUPPORTED_FORMAT_VERSION})`)
}

function list<T>(object: JsonObject, key: string, decode: Decoder<T>): readonly T[] {
  return optional(object, key, (value) => decodeArray(value, decode)) ?? []
}

/** Decodes `current-snapshot-id`. Some writers write -1 if the table has no current snapshot. */
function decodeCurrentSnapshotId(object: JsonObject): Int64 | null {
  const id = optional(object, 'current-snapshot-id', decodeInt64)
  return id === undefined || id === -1 ? null : id
}

/** Decodes `refs`. Without this member, the branch `main` refers to the current snapshot. */
function decodeRefs(object: JsonObject, current: Int64 | null): Readonly<Record<string, SnapshotRef>> {
  const refs = optional(object, 'refs', (value) =>
    Object.entries(decodeObject(value)).map(
      ([name, ref]) => [name, decodeAt(`[${JSON.stringify(name)}]`, ref ?? null, decodeSnapshotRef)] as const,
    ),
  )
  if (refs !== undefined) return Object.fromEntries(refs)
  return current === null ? {} : { [MAIN_BRANCH]: { 'snapshot-id': current, type: 'branch' } }
}

function decodeSnapshotLogEntry(value: Json): SnapshotLogEntry {
  const object = decodeObject(value)
  required(object, 'timestamp-ms', decodeInt64)
  required(object, 'snapshot-id', decodeInt64)
  return object as SnapshotLogEntry
}

function decodeMetadataLogEntry(value: Json): MetadataLogEntry {
  const object = decodeObject(value)
  required(object, 'timestamp-ms', decodeInt64)
  required(object, 'metadata-file', decodeString)
  return object as MetadataLogEntry
}
