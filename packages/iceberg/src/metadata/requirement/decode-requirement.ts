import type { Json } from '@headgate/json'
import { asObject, invalid, optionalLong, requiredInt, requiredString } from '../fields.ts'
import type { TableRequirement } from './types.ts'

/**
 * Decodes one requirement of a commit.
 *
 * @throws {HeadgateError} bad-request for a type that tables do not have, and for missing or wrong fields
 */
export function decodeTableRequirement(value: Json): TableRequirement {
  const object = asObject(value, 'table requirement')
  const type = requiredString(object, 'type', 'table requirement').toLowerCase()
  switch (type) {
    case 'assert-create':
      return { type }
    case 'assert-table-uuid':
      return { type, uuid: requiredString(object, 'uuid', type) }
    case 'assert-ref-snapshot-id':
      return {
        type,
        ref: requiredString(object, 'ref', type),
        'snapshot-id': optionalLong(object, 'snapshot-id', type) ?? null,
      }
    case 'assert-last-assigned-field-id':
      return { type, 'last-assigned-field-id': requiredInt(object, 'last-assigned-field-id', type) }
    case 'assert-current-schema-id':
      return { type, 'current-schema-id': requiredInt(object, 'current-schema-id', type) }
    case 'assert-last-assigned-partition-id':
      return { type, 'last-assigned-partition-id': requiredInt(object, 'last-assigned-partition-id', type) }
    case 'assert-default-spec-id':
      return { type, 'default-spec-id': requiredInt(object, 'default-spec-id', type) }
    case 'assert-default-sort-order-id':
      return { type, 'default-sort-order-id': requiredInt(object, 'default-sort-order-id', type) }
    default:
      throw invalid(`Unknown table requirement type: ${type}`)
  }
}
