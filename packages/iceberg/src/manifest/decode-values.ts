import type { Int64 } from '@headgate/json'
import { AvroError } from '../avro/avro-error.ts'
import type { AvroValue } from '../avro/value-reader.ts'
import { listValue } from './fields.ts'

/** Returns an Avro value that must be a string. */
export function stringValue(value: AvroValue | undefined): string {
  if (typeof value !== 'string') throw wrongType()
  return value
}

export function optionalString(value: AvroValue | undefined): string | null {
  return value === null || value === undefined ? null : stringValue(value)
}

/** Returns an Avro value that must be an int. */
export function intValue(value: AvroValue | undefined): number {
  if (typeof value !== 'number') throw wrongType()
  return value
}

export function optionalInt(value: AvroValue | undefined): number | null {
  return value === null || value === undefined ? null : intValue(value)
}

/** Returns an Avro value that must be a long. */
export function longValue(value: AvroValue | undefined): Int64 {
  if (typeof value !== 'number' && typeof value !== 'bigint') throw wrongType()
  return value
}

export function optionalLong(value: AvroValue | undefined): Int64 | null {
  return value === null || value === undefined ? null : longValue(value)
}

export function optionalBoolean(value: AvroValue | undefined): boolean | null {
  if (value === null || value === undefined) return null
  if (typeof value !== 'boolean') throw wrongType()
  return value
}

/** Copies an Avro value that is bytes or null. A view would keep the whole block of the file in memory. */
export function optionalBytes(value: AvroValue | undefined): Buffer | null {
  if (value === null || value === undefined) return null
  if (!Buffer.isBuffer(value)) throw wrongType()
  return Buffer.from(value)
}

/** Decodes an Avro value that is an array or null. `decode` decodes each item. */
export function optionalList<T>(
  value: AvroValue | undefined,
  decode: (item: AvroValue) => T,
): readonly T[] | null {
  return value === null || value === undefined ? null : listValue(value).map(decode)
}

function wrongType(): AvroError {
  return new AvroError('is not a manifest or manifest list: a value has the wrong type')
}
