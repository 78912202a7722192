import type { Json, JsonObject } from '@headgate/json'
import { prependPath } from '../../field-error.ts'
import {
  decodeInt32,
  decodeInt32s,
  decodeInt64,
  decodeInt64s,
  decodeObject,
  decodeString,
  decodeStringMap,
  decodeStrings,
  required,
  invalidField,
  without,
} from '../../fields.ts'
import { decodeNewPartitionSpec } from '../partition/decode-spec.ts'
import { decodeNewSchema } from '../schema/decode-new-schema.ts'
import { decodeSnapshotRef } from '../snapshot/decode-ref.ts'
import { decodeNewSnapshot } from '../snapshot/decode-snapshot.ts'
import { decodeSortOrder } from '../sort/decode-order.ts'
import { decodePartitionStatisticsFile, decodeStatisticsFile } from '../statistics/decode-statistics.ts'
import { decodeEncryptedKey } from '../table/decode-encrypted-key.ts'
import { normalizeLocation } from '../table/location.ts'
import { decodeUuid } from '../table/uuid.ts'
import type { TableUpdate, TableUpdateAction } from './types.ts'

type UpdateDecoder<A extends TableUpdateAction> = (
  object: JsonObject,
  action: A,
) => Extract<TableUpdate, { action: A }>

const decoders: { readonly [A in TableUpdateAction]: UpdateDecoder<A> } = {
  'assign-uuid': (it, action) => ({
    action,
    uuid: required(it, 'uuid', (uuid) => decodeUuid(decodeString(uuid))),
  }),
  'upgrade-format-version': (it, action) => ({
    action,
    'format-version': required(it, 'format-version', decodeInt32),
  }),
  'set-location': (it, action) => ({
    action,
    location: required(it, 'location', (location) => normalizeLocation(decodeString(location))),
  }),
  'add-schema': (it, action) => ({ action, schema: required(it, 'schema', decodeNewSchema) }),
  'set-current-schema': (it, action) => ({ action, 'schema-id': required(it, 'schema-id', decodeInt32) }),
  'remove-schemas': (it, action) => ({ action, 'schema-ids': required(it, 'schema-ids', decodeInt32s) }),
  'add-spec': (it, action) => ({ action, spec: required(it, 'spec', decodeNewPartitionSpec) }),
  'set-default-spec': (it, action) => ({ action, 'spec-id': required(it, 'spec-id', decodeInt32) }),
  'remove-partition-specs': (it, action) => ({ action, 'spec-ids': required(it, 'spec-ids', decodeInt32s) }),
  'add-sort-order': (it, action) => ({
    action,
    'sort-order': required(it, 'sort-order', decodeSortOrder),
  }),
  'set-default-sort-order': (it, action) => ({
    action,
    'sort-order-id': required(it, 'sort-order-id', decodeInt32),
  }),
  'add-snapshot': (it, action) => ({
    action,
    snapshot: required(it, 'snapshot', decodeNewSnapshot),
  }),
  'remove-snapshots': (it, action) => ({
    action,
    'snapshot-ids': required(it, 'snapshot-ids', decodeInt64s),
  }),
  'set-snapshot-ref': (it, action) => ({
    action,
    'ref-name': required(it, 'ref-name', decodeRefName),
    ref: decodeSnapshotRef(without(it, ['action', 'ref-name'])),
  }),
  'remove-snapshot-ref': (it, action) => ({ action, 'ref-name': required(it, 'ref-name', decodeString) }),
  // The first versions of the specification called these members `updated` and `removed`.
  'set-properties': (it, action) => ({
    action,
    updates: required(it, renamed(it, 'updates', 'updated'), decodeStringMap),
  }),
  'remove-properties': (it, action) => ({
    action,
    removals: required(it, renamed(it, 'removals', 'removed'), decodeStrings),
  }),
  'set-statistics': (it, action) => ({
    action,
    statistics: required(it, 'statistics', decodeStatisticsFile),
  }),
  'remove-statistics': (it, action) => ({ action, 'snapshot-id': required(it, 'snapshot-id', decodeInt64) }),
  'set-partition-statistics': (it, action) => ({
    action,
    'partition-statistics': required(it, 'partition-statistics', decodePartitionStatisticsFile),
  }),
  'remove-partition-statistics': (it, action) => ({
    action,
    'snapshot-id': required(it, 'snapshot-id', decodeInt64),
  }),
  'add-encryption-key': (it, action) => ({
    action,
    'encryption-key': required(it, 'encryption-key', decodeEncryptedKey),
  }),
  'remove-encryption-key': (it, action) => ({ action, 'key-id': required(it, 'key-id', decodeString) }),
}

/**
 * Decodes one update of a commit.
 *
 * @throws {HeadgateError} `bad-request` for an unknown action, and for missing or wrong members
 */
export function decodeTableUpdate(value: Json): TableUpdate {
  const object = decodeObject(value)
  const action = required(object, 'action', decodeString).toLowerCase()
  if (!isAction(action))
    throw prependPath('action', invalidField(`unknown table update ${JSON.stringify(action)}`))
  const decode: (object: JsonObject, action: never) => TableUpdate = decoders[action]
  return decode(object, action as never)
}

function isAction(text: string): text is TableUpdateAction {
  return Object.hasOwn(decoders, text)
}

/**
 * Returns the name under which this object contains a member: the current name, or the earlier name that older
 * clients send.
 */
function renamed(object: JsonObject, name: string, earlier: string): string {
  const missing = object[name] === undefined || object[name] === null
  return missing && object[earlier] !== undefined ? earlier : name
}

function decodeRefName(value: Json): string {
  const name = decodeString(value)
  if (name === '') throw invalidField('must not be empty')
  return name
}
