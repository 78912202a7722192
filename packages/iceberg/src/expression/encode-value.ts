import type { Json } from '@headgate/json'
import type { PartitionValue } from '../manifest/types.ts'
import type { Primitive } from '../metadata/schema/primitive.ts'
import { toValue } from './evaluate-partition.ts'
import type { Value } from './value.ts'

const unitsPerDay = { micros: 86_400_000_000n, nanos: 86_400_000_000_000n }

/**
 * Encodes a partition value (Iceberg REST specification, `PrimitiveTypeValue`).
 *
 * @example
 * ```ts
 * encodePartitionValue(parsePrimitive('date'), 19_000) // '2022-01-08'
 * ```
 */
export function encodePartitionValue(type: Primitive, value: PartitionValue): Json {
  const decoded = value === null ? null : toValue(type, value)
  return decoded === null ? null : encodeValue(type, decoded)
}

/**
 * Encodes a value of a primitive type in the JSON single-value form.
 *
 * @example
 * ```ts
 * encodeValue(parsePrimitive('decimal(9, 2)'), 150) // '1.50'
 * ```
 */
export function encodeValue({ kind, size = 0 }: Primitive, value: Value): Json {
  if (Buffer.isBuffer(value))
    return kind === 'uuid' ? uuidText(value.toString('hex')) : value.toString('hex').toUpperCase()
  if (typeof value === 'string' || typeof value === 'boolean') return value
  switch (kind) {
    case 'date':
      return dateText(BigInt(value))
    case 'time':
      return timeText(BigInt(value), 6)
    case 'timestamp':
    case 'timestamptz':
      return timestampText(BigInt(value), unitsPerDay.micros, 6, kind === 'timestamptz')
    case 'timestamp_ns':
    case 'timestamptz_ns':
      return timestampText(BigInt(value), unitsPerDay.nanos, 9, kind === 'timestamptz_ns')
    case 'decimal':
      return decimalText(BigInt(value), size)
    default:
      // JSON has no numbers for NaN and infinity, for which Java writes strings.
      return typeof value === 'bigint' || Number.isFinite(value) ? value : String(value)
  }
}

function uuidText(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

function dateText(days: bigint): string {
  // Dates of the Gregorian calendar repeat after 400 years, and Date covers years up to 275,760.
  const cycle = 146_097n
  const cycles = (days - (((days % cycle) + cycle) % cycle)) / cycle
  const date = new Date(Number(days - cycles * cycle) * 86_400_000)
  const year = date.getUTCFullYear() + Number(cycles) * 400
  const digits = String(Math.abs(year)).padStart(4, '0')
  const sign = year < 0 ? '-' : year > 9_999 ? '+' : ''
  return `${sign}${digits}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`
}

function timeText(value: bigint, digits: number): string {
  const unit = 10n ** BigInt(digits)
  const seconds = value / unit
  const fraction = String(value % unit).padStart(digits, '0')
  return `${two(seconds / 3_600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}.${fraction}`
}

function timestampText(value: bigint, perDay: bigint, digits: number, hasZone: boolean): string {
  const ofDay = ((value % perDay) + perDay) % perDay
  return `${dateText((value - ofDay) / perDay)}T${timeText(ofDay, digits)}${hasZone ? '+00:00' : ''}`
}

function decimalText(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  const sign = unscaled < 0n ? '-' : ''
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

function two(value: bigint | number): string {
  return String(value).padStart(2, '0')
}
