import type { Json } from '@headgate/json'
import { invalid, prependPath } from '../../field-error.ts'
import { decodeArray, decodeInt32, decodeObject, decodeString, required, invalidField } from '../../fields.ts'
import { normalizeSources } from '../partition/sources.ts'
import { decodeTransform } from '../partition/transform.ts'
import type { SortField, SortOrder } from './types.ts'

/** Sort order of an unsorted table. */
export const UNSORTED: SortOrder = { 'order-id': 0, fields: [] }

/**
 * Decodes a sort order.
 *
 * @throws {HeadgateError} `bad-request`
 */
export function decodeSortOrder(value: Json | undefined): SortOrder {
  const object = decodeObject(value)
  const id = required(object, 'order-id', decodeInt32)
  const fields = required(object, 'fields', (list) => decodeArray(list, decodeSortField))
  if (fields.length === 0 && id !== 0) throw invalid('Unsorted order ID must be 0')
  if (fields.length > 0 && id === 0) throw invalid('Sort order ID 0 is reserved for unsorted order')
  return { ...object, 'order-id': id, fields }
}

function decodeSortField(value: Json): SortField {
  const object = decodeObject(value)
  const transform = required(object, 'transform', decodeTransform)
  const direction = required(object, 'direction', decodeString).toLowerCase()
  if (direction !== 'asc' && direction !== 'desc')
    throw prependPath('direction', invalidField(`neither asc nor desc: ${direction}`))
  const nullOrder = required(object, 'null-order', decodeString).toLowerCase()
  if (nullOrder !== 'nulls-first' && nullOrder !== 'nulls-last')
    throw prependPath('null-order', invalidField(`neither nulls-first nor nulls-last: ${nullOrder}`))
  return { ...normalizeSources(object), transform, direction, 'null-order': nullOrder }
}
