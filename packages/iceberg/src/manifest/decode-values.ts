import type { Int64 } from '@headgate/json'
import { AvroError } from '../avro/avro-error.ts'
import type { AvroValue } from '../avro/value-reader.ts'
import { listValue } from './fields.ts'

/** Decodes a required string. */
export function stringValue(value: AvroValue | undefined): string {
  if (typeof value !== 'string') throw wrongType()
  return value
}

export function optionalString(value: AvroValue | undefined): string | null {
  return value === null || value === undefined ? null : stringValue(value)
}

/** Decodes an int, whose value is a small number. */
export function intValue(value: AvroValue | undefined): number {
  if (typeof value !== 'number') throw wrongType()
  return value
}

export function optionalInt(value: AvroValue | undefined): number | null {
  return value === null || value === undefined ? null : intValue(value)
}

/** Decodes a long. */
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

/** Decodes bytes to a copy, because a view would keep the whole block in memory. */
export function optionalBytes(value: AvroValue | undefined): Buffer | null {
  if (value === null || value === undefined) return null
  if (!Buffer.isBuffer(value)) throw wrongType()
  return Buffer.from(value)
}

/** Decodes an array whose items `decode` decodes. */
export function optionalList<T>(
  value: AvroValue | undefined,
  decode: (item: AvroValue) => T,
): readonly T[] | null {
  return value === null || value === undefined ? null : listValue(value).map(decode)
}

function wrongType(): AvroError {
  return new AvroError('is not a manifest or manifest list: a value has the wrong type')
}
