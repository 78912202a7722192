import type { Json } from '@headgate/json'
import {
  asArray,
  asObject,
  invalid,
  optionalInt,
  requiredField,
  requiredInt,
  requiredString,
  withoutNulls,
} from '../fields.ts'
import { withSources } from './sources.ts'
import { canonicalTransform } from './transform.ts'
import type { PartitionField, PartitionSpec } from './types.ts'

const WHERE = 'partition field'

/**
 * Decodes a partition spec. Its fields all have a `field-id` or none has: old writers had no ids.
 *
 * @throws {HeadgateError} bad-request
 */
export function decodePartitionSpec(value: Json | undefined): PartitionSpec {
  const object = asObject(value, 'partition spec')
  const id = requiredInt(object, 'spec-id', 'partition spec')
  const fields = decodePartitionFields(requiredField(object, 'fields', 'partition spec'))
  return { ...object, 'spec-id': id, fields }
}

/** Decodes the fields alone: the form of the singular `partition-spec` of format 1. */
export function decodePartitionFields(value: Json | undefined): readonly PartitionField[] {
  const fields = asArray(value, 'partition spec fields').map(decodePartitionField)
  const missing = fields.filter((field) => field['field-id'] === undefined).length
  if (missing !== 0 && missing !== fields.length)
    throw invalid(`Cannot parse spec with missing field IDs: ${missing} missing of ${fields.length} fields.`)
  return fields
}

function decodePartitionField(value: Json): PartitionField {
  const object = asObject(value, WHERE)
  requiredString(object, 'name', WHERE)
  const transform = canonicalTransform(requiredString(object, 'transform', WHERE))
  optionalInt(object, 'field-id', WHERE)
  return { ...withSources(withoutNulls(object, ['field-id']), WHERE), transform } as PartitionField
}
