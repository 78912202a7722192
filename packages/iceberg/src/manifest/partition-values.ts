import { AvroError } from '../avro/avro-error.ts'
import type { AvroType } from '../avro/type.ts'
import { Unread, type AvroValue } from '../avro/value-reader.ts'
import { listValue, recordIn } from './fields.ts'
import type { PartitionValue, PartitionValues } from './types.ts'

/**
 * Returns a decoder for the partition of a file in a manifest entry. The decoded partitions of a manifest share one
 * list of field ids. A field without an id has the id -1. Consecutive files with equal partitions share one object, which
 * saves memory and lets callers compare partitions by identity.
 *
 * @throws AvroError when the type is not a record
 */
export function partitionDecoder(
  type: AvroType | undefined,
): (value: AvroValue | undefined) => PartitionValues {
  const fieldIds = type === undefined ? [] : recordIn(type).fields.map(({ id }) => id ?? -1)
  let last: PartitionValues = { fieldIds, values: [] }
  return (value) => {
    const values = value === null || value === undefined ? [] : listValue(value)
    if (!isEqual(values, last.values)) last = { fieldIds, values: values.map(partitionValue) }
    return last
  }
}

function isEqual(values: readonly AvroValue[], known: readonly PartitionValue[]): boolean {
  return (
    values.length === known.length &&
    values.every((value, index) => {
      const other = known[index]
      return Buffer.isBuffer(value) ? Buffer.isBuffer(other) && value.equals(other) : value === other
    })
  )
}

function partitionValue(value: AvroValue): PartitionValue {
  if (Buffer.isBuffer(value)) return Buffer.from(value)
  if (value instanceof Unread || value instanceof Map || Array.isArray(value))
    throw new AvroError('is not a manifest: a partition field is not of a primitive type')
  return value as PartitionValue
}
