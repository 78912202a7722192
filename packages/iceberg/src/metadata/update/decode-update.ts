import type { Json, JsonObject } from '@headgate/json'
import {
  asObject,
  invalid,
  optionalField,
  optionalStrings,
  requiredField,
  requiredInt,
  requiredInts,
  requiredLong,
  requiredLongs,
  requiredString,
  requiredStringMap,
  without,
} from '../fields.ts'
import { decodePartitionSpec } from '../partition/decode-spec.ts'
import { decodeSchema } from '../schema/decode-schema.ts'
import { decodeSnapshotRef } from '../snapshot/decode-ref.ts'
import { decodeSnapshot } from '../snapshot/decode-snapshot.ts'
import { decodeSortOrder } from '../sort/decode-order.ts'
import { decodePartitionStatisticsFile, decodeStatisticsFile } from '../statistics/decode-statistics.ts'
import { decodeEncryptedKey } from '../table/decode-encrypted-key.ts'
import { storedLocation } from '../table/location.ts'
import { decodeUuid } from '../table/uuid.ts'
import type { TableUpdate, TableUpdateAction } from './types.ts'

type Decoder<A extends TableUpdateAction> = (
  object: JsonObject,
  where: A,
) => Extract<TableUpdate, { action: A }>

const decoders: { readonly [A in TableUpdateAction]: Decoder<A> } = {
  'assign-uuid': (it, action) => ({ action, uuid: decodeUuid(requiredString(it, 'uuid', action)) }),
  'upgrade-format-version': (it, action) => ({
    action,
    'format-version': requiredInt(it, 'format-version', action),
  }),
  'set-location': (it, action) => ({
    action,
    location: storedLocation(requiredString(it, 'location', action)),
  }),
  'add-schema': (it, action) => ({ action, schema: decodeSchema(requiredField(it, 'schema', action)) }),
  'set-current-schema': (it, action) => ({ action, 'schema-id': requiredInt(it, 'schema-id', action) }),
  'remove-schemas': (it, action) => ({ action, 'schema-ids': requiredInts(it, 'schema-ids', action) }),
  'add-spec': (it, action) => ({ action, spec: decodePartitionSpec(requiredField(it, 'spec', action)) }),
  'set-default-spec': (it, action) => ({ action, 'spec-id': requiredInt(it, 'spec-id', action) }),
  'remove-partition-specs': (it, action) => ({ action, 'spec-ids': requiredInts(it, 'spec-ids', action) }),
  'add-sort-order': (it, action) => ({
    action,
    'sort-order': decodeSortOrder(requiredField(it, 'sort-order', action)),
  }),
  'set-default-sort-order': (it, action) => ({
    action,
    'sort-order-id': requiredInt(it, 'sort-order-id', action),
  }),
  'add-snapshot': (it, action) => ({
    action,
    snapshot: decodeSnapshot(requiredField(it, 'snapshot', action)),
  }),
  'remove-snapshots': (it, action) => ({ action, 'snapshot-ids': requiredLongs(it, 'snapshot-ids', action) }),
  'set-snapshot-ref': (it, action) => ({
    action,
    'ref-name': decodeRefName(it, action),
    ref: decodeSnapshotRef(without(it, ['action', 'ref-name'])),
  }),
  'remove-snapshot-ref': (it, action) => ({ action, 'ref-name': requiredString(it, 'ref-name', action) }),
  // The first clients wrote `updated` and `removed`; both spellings stay readable.
  'set-properties': (it, action) => ({
    action,
    updates: requiredStringMap(it, has(it, 'updates') || !has(it, 'updated') ? 'updates' : 'updated', action),
  }),
  'remove-properties': (it, action) => ({ action, removals: decodeRemovals(it, action) }),
  'set-statistics': (it, action) => ({
    action,
    statistics: decodeStatisticsFile(requiredField(it, 'statistics', action)),
  }),
  'remove-statistics': (it, action) => ({ action, 'snapshot-id': requiredLong(it, 'snapshot-id', action) }),
  'set-partition-statistics': (it, action) => ({
    action,
    'partition-statistics': decodePartitionStatisticsFile(requiredField(it, 'partition-statistics', action)),
  }),
  'remove-partition-statistics': (it, action) => ({
    action,
    'snapshot-id': requiredLong(it, 'snapshot-id', action),
  }),
  'add-encryption-key': (it, action) => ({
    action,
    'encryption-key': decodeEncryptedKey(requiredField(it, 'encryption-key', action)),
  }),
  'remove-encryption-key': (it, action) => ({ action, 'key-id': requiredString(it, 'key-id', action) }),
}

/**
 * Decodes one update of a commit.
 *
 * @throws {HeadgateError} bad-request for an action that tables do not have, and for missing or wrong fields
 */
export function decodeTableUpdate(value: Json): TableUpdate {
  const object = asObject(value, 'table update')
  const action = requiredString(object, 'action', 'table update').toLowerCase()
  if (!isAction(action)) throw invalid(`Unknown table update action: ${action}`)
  const decode: (object: JsonObject, where: never) => TableUpdate = decoders[action]
  return decode(object, action as never)
}

function isAction(text: string): text is TableUpdateAction {
  return Object.hasOwn(decoders, text)
}

function has(object: JsonObject, key: string): boolean {
  return optionalField(object, key) !== undefined
}

function decodeRefName(object: JsonObject, where: string): string {
  const name = requiredString(object, 'ref-name', where)
  if (name === '') throw invalid(`Cannot parse ${where}: ref-name must not be empty`)
  return name
}

function decodeRemovals(object: JsonObject, where: string): readonly string[] {
  const removals = optionalStrings(object, 'removals', where) ?? optionalStrings(object, 'removed', where)
  if (removals === undefined) throw invalid(`Cannot parse ${where}: missing required field: removals`)
  return removals
}
