import type { Json, JsonObject } from '@headgate/json'
import { prependPath } from '../../field-error.ts'
import {
  decodeInt32,
  decodeInt64,
  decodeObject,
  decodeString,
  decodeStringMap,
  decodeStrings,
  missing,
  optional,
  required,
  invalidField,
  without,
  withoutNulls,
} from '../../fields.ts'
import type { Snapshot } from './types.ts'

const OPTIONAL = [
  'parent-snapshot-id',
  'sequence-number',
  'summary',
  'manifest-list',
  'manifests',
  'schema-id',
  'first-row-id',
  'added-rows',
  'key-id',
]

/**
 * Decodes a snapshot. If the summary lacks the required `operation`, it is read as `overwrite`.
 *
 * @throws {HeadgateError} bad-request
 */
export function decodeSnapshot(value: Json | undefined): Snapshot {
  const object = decodeObject(value)
  required(object, 'snapshot-id', decodeInt64)
  optional(object, 'parent-snapshot-id', decodeInt64)
  optional(object, 'sequence-number', decodeInt64)
  required(object, 'timestamp-ms', decodeInt64)
  optional(object, 'schema-id', decodeInt32)
  optional(object, 'key-id', decodeString)
  if (
    optional(object, 'manifest-list', decodeString) === undefined &&
    optional(object, 'manifests', decodeStrings) === undefined
  )
    throw missing('manifest-list')
  const firstRowId = optional(object, 'first-row-id', decodeInt64)
  const addedRows = optional(object, 'added-rows', decodeInt64)
  if (firstRowId !== undefined && firstRowId < 0)
    throw prependPath('first-row-id', invalidField(`must not be negative: ${firstRowId}`))
  if (addedRows !== undefined && addedRows < 0)
    throw prependPath('added-rows', invalidField(`must not be negative: ${addedRows}`))
  if (firstRowId !== undefined && addedRows === undefined)
    throw invalidField('missing field added-rows, which is required when first-row-id is set')
  const summary = optional(object, 'summary', decodeStringMap)
  const tidy = withoutManifests(withoutNulls(object, OPTIONAL))
  const incomplete =
    summary !== undefined && !Object.hasOwn(summary, 'operation') && Object.keys(summary).length > 0
  return (incomplete ? { ...tidy, summary: { operation: 'overwrite', ...summary } } : tidy) as Snapshot
}

/**
 * Decodes a new snapshot, with the checks of {@link checkNewSnapshot}.
 *
 * @throws {HeadgateError} bad-request
 */
export function decodeNewSnapshot(value: Json): Snapshot {
  const snapshot = decodeSnapshot(value)
  checkNewSnapshot(snapshot)
  return snapshot
}

/**
 * Refuses negative numbers that readers misinterpret: the id -1 means "no snapshot" in metadata files, readers ignore a
 * negative sequence number, and the comparison of times in Java overflows.
 *
 * @throws {HeadgateError} bad-request
 */
export function checkNewSnapshot(snapshot: Snapshot): void {
  for (const name of ['snapshot-id', 'sequence-number', 'timestamp-ms'] as const) {
    const value = snapshot[name]
    if (value !== undefined && value < 0)
      throw prependPath(name, invalidField(`must not be negative: ${value}`))
  }
}

/** Removes `manifests` if a manifest list exists. Readers then ignore it (Iceberg table specification, "Snapshots"). */
function withoutManifests(object: JsonObject): JsonObject {
  return object['manifest-list'] !== undefined && object['manifests'] !== undefined
    ? without(object, ['manifests'])
    : object
}
