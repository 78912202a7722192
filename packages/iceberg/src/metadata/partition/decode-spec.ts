import type { Json } from '@headgate/json'
import { invalid } from '../../field-error.ts'
import {
  decodeArray,
  decodeInt32,
  decodeObject,
  decodeString,
  optional,
  required,
  withoutNulls,
} from '../../fields.ts'
import { normalizeSources } from './sources.ts'
import { decodeTransform } from './transform.ts'
import type { PartitionField, PartitionSpec } from './types.ts'

/**
 * Decodes a partition spec. Accepts fields without `field-id`, which older writers wrote, but only if no field of the
 * spec has an id.
 *
 * @throws {HeadgateError} bad-request
 */
export function decodePartitionSpec(value: Json | undefined): PartitionSpec {
  const object = decodeObject(value)
  const id = required(object, 'spec-id', decodeInt32)
  const fields = required(object, 'fields', decodePartitionFields)
  return { ...object, 'spec-id': id, fields }
}

/**
 * Decodes a partition spec that a client adds. Clients may omit its id, because the server assigns it.
 *
 * @throws {HeadgateError} bad-request
 */
export function decodeNewPartitionSpec(value: Json): PartitionSpec {
  return decodePartitionSpec({ 'spec-id': 0, ...decodeObject(value) })
}

/**
 * Decodes the fields of a partition spec. In format 1, the member `partition-spec` of a table contains only these
 * fields.
 */
export function decodePartitionFields(value: Json): readonly PartitionField[] {
  const fields = decodeArray(value, decodePartitionField)
  const missing = fields.filter((field) => field['field-id'] === undefined).length
  if (missing !== 0 && missing !== fields.length)
    throw invalid(`Cannot parse spec with missing field IDs: ${missing} missing of ${fields.length} fields.`)
  return fields
}

function decodePartitionField(value: Json): PartitionField {
  const object = decodeObject(value)
  required(object, 'name', decodeString)
  const transform = required(object, 'transform', decodeTransform)
  optional(object, 'field-id', decodeInt32)
  return { ...normalizeSources(withoutNulls(object, ['field-id'])), transform } as PartitionField
}
