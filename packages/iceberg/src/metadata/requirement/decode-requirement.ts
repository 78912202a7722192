import type { Json } from '@headgate/json'
import { prependPath } from '../../field-error.ts'
import {
  decodeInt32,
  decodeInt64,
  decodeObject,
  decodeString,
  optional,
  required,
  invalidField,
} from '../../fields.ts'
import type { TableRequirement } from './types.ts'

/**
 * Decodes one requirement of a commit.
 *
 * @throws {HeadgateError} `bad-request` for an unknown type, and for missing or wrong members
 */
export function decodeTableRequirement(value: Json): TableRequirement {
  const object = decodeObject(value)
  const type = required(object, 'type', decodeString).toLowerCase()
  switch (type) {
    case 'assert-create':
      return { type }
    case 'assert-table-uuid':
      return { type, uuid: required(object, 'uuid', decodeString) }
    case 'assert-ref-snapshot-id':
      return {
        type,
        ref: required(object, 'ref', decodeString),
        'snapshot-id': optional(object, 'snapshot-id', decodeInt64) ?? null,
      }
    case 'assert-last-assigned-field-id':
      return { type, 'last-assigned-field-id': required(object, 'last-assigned-field-id', decodeInt32) }
    case 'assert-current-schema-id':
      return { type, 'current-schema-id': required(object, 'current-schema-id', decodeInt32) }
    case 'assert-last-assigned-partition-id':
      return {
        type,
        'last-assigned-partition-id': required(object, 'last-assigned-partition-id', decodeInt32),
      }
    case 'assert-default-spec-id':
      return { type, 'default-spec-id': required(object, 'default-spec-id', decodeInt32) }
    case 'assert-default-sort-order-id':
      return { type, 'default-sort-order-id': required(object, 'default-sort-order-id', decodeInt32) }
    default:
      throw prependPath('type', invalidField(`unknown table requirement ${JSON.stringify(type)}`))
  }
}
