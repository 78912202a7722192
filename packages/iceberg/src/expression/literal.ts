import { isInt64, isRawNumber, toInt64, type Int64, type Json } from '@headgate/json'
import { invalidField, isJsonObject } from '../fields.ts'
import type { Primitive } from '../metadata/schema/primitive.ts'
import { daysSinceEpoch } from '../metadata/schema/time-range.ts'
import { canonical, type Value } from './value.ts'

const date = /^([+-]?\d{4,9}-\d\d-\d\d)$/
const time = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?$/
const offset = /(?:Z|([+-])(\d\d):?(\d\d))$/
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const decimal = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,4}))?$/
const hex = /^(?:[0-9a-f]{2})*$/i
const nanosPerSecond = 1_000_000_000n
const secondsPerDay = 86_400n

/** Units per second in which Iceberg counts times and timestamps, by type. */
const unitsPerSecond = {
  time: 1_000_000n,
  timestamp: 1_000_000n,
  timestamptz: 1_000_000n,
  timestamp_ns: nanosPerSecond,
  timestamptz_ns: nanosPerSecond,
}

/**
 * Decodes a literal that a filter compares with a column (Iceberg REST specification, `Literal`). Dates and times can
 * be text, or a number of units since the epoch, which Java clients send.
 *
 * @throws HeadgateError `bad-request`
 */
export function decodeLiteral(type: Primitive, json: Json): Value {
  const value = isJsonObject(json) && json['type'] === 'literal' ? (json['value'] ?? null) : json
  const literal = convert(type, value)
  if (literal === null)
    throw invalidField(`the literal ${printed(value)} is not a value of type ${type.canonical}`)
  return literal
}

function convert(type: Primitive, value: Json): Value | null {
  switch (type.kind) {
    case 'boolean':
      return typeof value === 'boolean' ? value : null
    case 'int':
    case 'long':
      return integer(value)
    case 'float':
    case 'double': {
      const number = toNumber(value)
      if (number === null || Number.isNaN(number)) return null
      return type.kind === 'float' ? Math.fround(number) : number
    }
    case 'date':
      return typeof value === 'string' && date.test(value) ? daysSinceEpoch(value) : integer(value)
    case 'time':
    case 'timestamp':
    case 'timestamptz':
    case 'timestamp_ns':
    case 'timestamptz_ns':
      return typeof value === 'string' ? fromText(type.kind, value) : fromNumber(type.kind, value)
    case 'decimal':
      return toUnscaled(type.size ?? 0, value)
    case 'string':
      return typeof value === 'string' ? value : null
    case 'uuid':
      return typeof value === 'string' && uuid.test(value)
        ? Buffer.from(value.replaceAll('-', ''), 'hex')
        : null
    case 'fixed':
    case 'binary':
      return typeof value === 'string' && hex.test(value) ? Buffer.from(value, 'hex') : null
    default:
      return null
  }
}

function integer(value: Json): Int64 | null {
  return isInt64(value) ? toInt64(value) : null
}

function toNumber(value: Json): number | null {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value)
  return isRawNumber(value) ? Number(value.rawJSON) : null
}

type TimeKind = keyof typeof unitsPerSecond

/**
 * Converts a number in a filter to a time. For timestamps, the number is in microseconds, even if the column is in
 * nanoseconds.
 */
function fromNumber(kind: TimeKind, value: Json): Int64 | null {
  const micros = integer(value)
  if (micros === null || unitsPerSecond[kind] === 1_000_000n) return micros
  return canonical(BigInt(micros) * 1_000n)
}

function fromText(kind: TimeKind, text: string): Int64 | null {
  if (kind === 'time') {
    const nanos = nanosOfDay(text)
    return nanos === null ? null : canonical(nanos / 1_000n)
  }
  const at = text.indexOf('T')
  const zone = offset.exec(text)
  // A literal for a timestamp with time zone must contain an offset. A literal for other columns must not contain
  // one.
  if (at < 0 || !date.test(text.slice(0, at)) || (zone !== null) !== kind.startsWith('timestamptz'))
    return null
  const nanos = nanosOfDay(zone === null ? text.slice(at + 1) : text.slice(at + 1, zone.index))
  if (nanos === null) return null
  const [, sign, hours = '0', minutes = '0'] = zone ?? []
  const shift = (BigInt(hours) * 3_600n + BigInt(minutes) * 60n) * (sign === '-' ? -1n : 1n)
  const seconds = BigInt(daysSinceEpoch(text)) * secondsPerDay - shift
  const total = seconds * nanosPerSecond + nanos
  return canonical(floorDivide(total, nanosPerSecond / unitsPerSecond[kind]))
}

function nanosOfDay(text: string): bigint | null {
  const match = time.exec(text)
  if (match === null) return null
  const [, hours = '0', minutes = '0', seconds = '0', fraction = ''] = match
  const total = BigInt(hours) * 3_600n + BigInt(minutes) * 60n + BigInt(seconds)
  return total * nanosPerSecond + BigInt(fraction.padEnd(9, '0'))
}

function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor
  return value % divisor < 0n ? quotient - 1n : quotient
}

/**
 * Converts a decimal number to its unscaled integer: 1.5 with scale 2 becomes 150. Returns null when digits would be
 * lost.
 */
function toUnscaled(scale: number, value: Json): Int64 | null {
  const text = isRawNumber(value)
    ? value.rawJSON
    : typeof value === 'object' || typeof value === 'boolean'
      ? ''
      : String(value)
  const match = decimal.exec(text)
  if (match === null) return null
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  const shift = scale - fraction.length + Number(exponent)
  if (Math.abs(shift) > 100) return null
  const digits = BigInt(whole + fraction)
  const factor = 10n ** BigInt(Math.abs(shift))
  if (shift < 0 && digits % factor !== 0n) return null
  const unscaled = shift < 0 ? digits / factor : digits * factor
  return canonical(sign === '-' ? -unscaled : unscaled)
}

function printed(value: Json): string {
  return JSON.stringify(typeof value === 'bigint' ? String(value) : value).slice(0, 100)
}
