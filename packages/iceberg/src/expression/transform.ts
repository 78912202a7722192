import { canTransform } from '../metadata/partition/transform.ts'
import { parsePrimitive, type Primitive, type PrimitiveKind } from '../metadata/schema/primitive.ts'
import { murmur3 } from './murmur3.ts'
import { unknownRange, type Range } from './range.ts'
import { canonical, type Value } from './value.ts'

const int = parsePrimitive('int')
const date = parsePrimitive('date')
const sized = /^(bucket|truncate)\[(\d+)\]$/

/**
 * Returns the type of a partition value that a transform computes. Null: the transform is unknown, or does not
 * support the type of the column.
 */
export function transformedType(transform: string, source: Primitive): Primitive | null {
  if (!canTransform(transform, source.kind)) return null
  switch (sized.exec(transform)?.[1] ?? transform) {
    case 'identity':
    case 'truncate':
      return source
    case 'day':
      return date
    case 'year':
    case 'month':
    case 'hour':
    case 'bucket':
      return int
    default:
      return null
  }
}

/**
 * Returns the range of the values of a column, if the range of their transformed values is known. The result also
 * contains the values that earlier versions of Iceberg for Java assigned to a wrong partition. The shares of null and
 * NaN are unchanged.
 */
export function sourceRange(transform: string, source: Primitive, values: Range): Range {
  const { lower, upper } = values
  const width = sized.exec(transform)
  if (transform === 'identity') return values
  if (width?.[1] === 'truncate') return truncated(Number(width[2]), source, values)
  const unbounded = { ...unknownRange, nulls: values.nulls, nans: values.nans }
  const units = unitsOf(transform, source.kind)
  if (units === null) return unbounded
  return {
    ...values,
    lower:
      typeof lower === 'number' ? startOf(transform, units, wronglyAssigned(transform, source, lower)) : null,
    upper: typeof upper === 'number' ? canonical(BigInt(startOf(transform, units, upper + 1)) - 1n) : null,
  }
}

/**
 * Returns the lowest correct partition value of the rows in a partition. Earlier versions of Iceberg for Java rounded
 * times before 1970 up, and so wrote rows into the next partition.
 */
function wronglyAssigned(transform: string, { kind }: Primitive, value: number): number {
  return value <= 0 && !(kind === 'date' && transform === 'day') ? value - 1 : value
}

function truncated(width: number, { kind }: Primitive, values: Range): Range {
  const { upper } = values
  if (typeof upper === 'string') return { ...values, isUpperPrefix: codePoints(upper) >= width }
  if (Buffer.isBuffer(upper)) return { ...values, isUpperPrefix: upper.length >= width }
  const isNumber = kind === 'int' || kind === 'long' || kind === 'decimal'
  if (!isNumber || (typeof upper !== 'number' && typeof upper !== 'bigint')) return { ...values, upper: null }
  return { ...values, upper: canonical(BigInt(upper) + BigInt(width) - 1n) }
}

/**
 * Returns the number of code points of a string. Iceberg counts the width of a `truncate` transform in code points.
 */
function codePoints(text: string): number {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0)
}

/**
 * Returns the number of units per day in which a date or timestamp column counts. Null: the transform is not `year`, `month`,
 * `day` or `hour`, or the column has another type.
 */
function unitsOf(transform: string, kind: PrimitiveKind): bigint | null {
  if (!['year', 'month', 'day', 'hour'].includes(transform)) return null
  switch (kind) {
    case 'date':
      return 1n
    case 'timestamp':
    case 'timestamptz':
      return 86_400_000_000n
    case 'timestamp_ns':
    case 'timestamptz_ns':
      return 86_400_000_000_000n
    default:
      return null
  }
}

/**
 * Returns the start of a year, month, day or hour, in units of the column since 1970-01-01. `value` counts years,
 * months, days or hours since 1970.
 */
function startOf(transform: string, unitsPerDay: bigint, value: number): number | bigint {
  switch (transform) {
    case 'hour':
      return canonical((BigInt(value) * unitsPerDay) / 24n)
    case 'day':
      return canonical(BigInt(value) * unitsPerDay)
    case 'month':
      return canonical(daysToMonth(value) * unitsPerDay)
    default:
      return canonical(daysToMonth(value * 12) * unitsPerDay)
  }
}

/**
 * Returns the number of days from 1970-01-01 to the first day of a month. `months` counts months since January 1970.
 */
function daysToMonth(months: number): bigint {
  const year = 1970 + Math.floor(months / 12)
  const month = ((months % 12) + 12) % 12
  // The year is moved into the range of `Date` by multiples of 400 years, after which the calendar repeats.
  const cycles = Math.floor((year - 2000) / 400)
  const days = Date.UTC(year - cycles * 400, month, 1) / 86_400_000
  return BigInt(days) + BigInt(cycles) * 146_097n
}

/** Returns the number of buckets of a bucket transform, or null for other transforms. */
export function bucketCount(transform: string): number | null {
  const match = sized.exec(transform)
  return match?.[1] === 'bucket' ? Number(match[2]) : null
}

/**
 * Returns the bucket number of a value (Iceberg table specification, "Bucket Transform Details" and appendix B).
 * Returns null for a type that has no bucket transform.
 */
export function bucketOf({ kind }: Primitive, value: Value, count: number): number | null {
  const bytes = hashedBytes(kind, value)
  return bytes === null ? null : (murmur3(bytes) & 0x7fffffff) % count
}

function hashedBytes(kind: PrimitiveKind, value: Value): Uint8Array | null {
  if (typeof value === 'string') return Buffer.from(value)
  if (Buffer.isBuffer(value)) return value
  if (typeof value === 'boolean' || (typeof value === 'number' && !Number.isSafeInteger(value))) return null
  switch (kind) {
    case 'decimal':
      return twosComplement(BigInt(value))
    case 'timestamp_ns':
    case 'timestamptz_ns':
      return longBytes(floorThousand(BigInt(value)))
    case 'float':
    case 'double':
      return null
    default:
      return longBytes(BigInt(value))
  }
}

function floorThousand(value: bigint): bigint {
  return (value - (((value % 1_000n) + 1_000n) % 1_000n)) / 1_000n
}

function longBytes(value: bigint): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(BigInt.asIntN(64, value))
  return bytes
}

/** Encodes an integer as big-endian two's complement with the fewest bytes. */
function twosComplement(value: bigint): Uint8Array {
  let length = 1
  while (BigInt.asIntN(length * 8, value) !== value) length += 1
  return Buffer.from(
    BigInt.asUintN(length * 8, value)
      .toString(16)
      .padStart(length * 2, '0'),
    'hex',
  )
}
