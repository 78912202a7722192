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
import { withSources } from './sources.ts'
import { decodeTransform } from './transform.ts'
import type { PartitionField, PartitionSpec } from './types.ts'

/**
 * Decodes a partition spec. Its fields all have a `field-id` or none has: old writers had no ids.
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
 * Decodes a spec that is to be added. The specification leaves the id of a spec to the server, so clients may leave it out.
 *
 * @throws {HeadgateError} bad-request
 */
export function decodeNewPartitionSpec(value: Json): PartitionSpec {
  return decodePartitionSpec({ 'spec-id': 0, ...decodeObject(value) })
}

/** Decodes the fields alone: the form of the singular `partition-spec` of format 1. */
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
  return { ...withSources(withoutNulls(object, ['field-id'])), transform } as PartitionField
}
