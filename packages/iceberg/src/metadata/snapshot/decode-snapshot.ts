import type { Json } from '@headgate/json'
import {
  asObject,
  invalid,
  optionalInt,
  optionalLong,
  optionalString,
  optionalStringMap,
  optionalStrings,
  requiredLong,
  withoutNulls,
} from '../fields.ts'
import type { Snapshot } from './types.ts'

const WHERE = 'snapshot'
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
 * Decodes a snapshot. A summary without `operation`, which it must have, is read as an overwrite.
 *
 * @throws {HeadgateError} bad-request
 */
export function decodeSnapshot(value: Json | undefined): Snapshot {
  const object = asObject(value, WHERE)
  requiredLong(object, 'snapshot-id', WHERE)
  optionalLong(object, 'parent-snapshot-id', WHERE)
  optionalLong(object, 'sequence-number', WHERE)
  requiredLong(object, 'timestamp-ms', WHERE)
  optionalInt(object, 'schema-id', WHERE)
  optionalString(object, 'key-id', WHERE)
  if (
    optionalString(object, 'manifest-list', WHERE) === undefined &&
    optionalStrings(object, 'manifests', WHERE) === undefined
  )
    throw invalid('Cannot parse snapshot: missing required field: manifest-list')
  const firstRowId = optionalLong(object, 'first-row-id', WHERE)
  const addedRows = optionalLong(object, 'added-rows', WHERE)
  if (firstRowId !== undefined && firstRowId < 0)
    throw invalid(`Invalid first-row-id (cannot be negative): ${firstRowId}`)
  if (addedRows !== undefined && addedRows < 0)
    throw invalid(`Invalid added-rows (cannot be negative): ${addedRows}`)
  if (firstRowId !== undefined && addedRows === undefined)
    throw invalid('Invalid added-rows (required when first-row-id is set): null')
  const summary = optionalStringMap(object, 'summary', WHERE)
  const tidy = withoutNulls(object, OPTIONAL)
  const incomplete =
    summary !== undefined && !Object.hasOwn(summary, 'operation') && Object.keys(summary).length > 0
  return (incomplete ? { ...tidy, summary: { operation: 'overwrite', ...summary } } : tidy) as Snapshot
}
