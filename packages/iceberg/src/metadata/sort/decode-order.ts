import type { Json } from '@headgate/json'
import { asArray, asObject, invalid, requiredField, requiredInt, requiredString } from '../fields.ts'
import { withSources } from '../partition/sources.ts'
import { canonicalTransform } from '../partition/transform.ts'
import type { SortField, SortOrder } from './types.ts'

const WHERE = 'sort field'

/** The order of a table that is not sorted. */
export const UNSORTED: SortOrder = { 'order-id': 0, fields: [] }

/** @throws {HeadgateError} bad-request */
export function decodeSortOrder(value: Json | undefined): SortOrder {
  const object = asObject(value, 'sort order')
  const id = requiredInt(object, 'order-id', 'sort order')
  const fields = asArray(requiredField(object, 'fields', 'sort order'), 'sort order fields').map(
    decodeSortField,
  )
  if (fields.length === 0 && id !== 0) throw invalid('Unsorted order ID must be 0')
  if (fields.length > 0 && id === 0) throw invalid('Sort order ID 0 is reserved for unsorted order')
  return { ...object, 'order-id': id, fields }
}

function decodeSortField(value: Json): SortField {
  const object = asObject(value, WHERE)
  const transform = canonicalTransform(requiredString(object, 'transform', WHERE))
  const direction = requiredString(object, 'direction', WHERE).toLowerCase()
  if (direction !== 'asc' && direction !== 'desc') throw invalid(`Invalid sort direction: ${direction}`)
  const nullOrder = requiredString(object, 'null-order', WHERE).toLowerCase()
  if (nullOrder !== 'nulls-first' && nullOrder !== 'nulls-last')
    throw invalid(`Unexpected null order: ${nullOrder}`)
  return { ...withSources(object, WHERE), transform, direction, 'null-order': nullOrder }
}
