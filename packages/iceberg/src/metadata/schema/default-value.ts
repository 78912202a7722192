import { isInt64, isRawNumber, rawNumber, type Json } from '@headgate/json'
import { invalid } from '../../field-error.ts'
import { isJsonObject } from '../../fields.ts'
import { floatText } from './float-text.ts'
import { parsePrimitive, type Primitive } from './primitive.ts'
import type { Type } from './types.ts'
import { typeName } from './type-name.ts'

const DATE = /^[+-]?\d{4,9}-(\d\d)-(\d\d)$/
const TIME = /^(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?$/
const OFFSET = /(?:Z|\+00:00)$/
const HEX = /^(?:[0-9a-f]{2})*$/i
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const DECIMAL = /^[+-]?\d+(?:\.(\d+))?(?:[eE]([+-]?\d{1,9}))?$/

/**
 * Checks that a default value has the type of its field, in the JSON single-value form of the Iceberg specification
 * (appendix D). A nested type other than a struct cannot have a default. The default of a struct must be `{}`, because its
 * fields have their own defaults.
 *
 * @returns the value, or the text of a floating-point number that a JavaScript number cannot represent
 * @throws {HeadgateError} bad-request
 */
export function decodeDefault(type: Type, value: Json): Json {
  if (typeof type !== 'string') {
    if (type.type === 'struct' && isJsonObject(value) && Object.keys(value).length === 0) return value
    throw invalid(`Invalid default value for ${typeName(type)} (must be null)`)
  }
  const primitive = parsePrimitive(type)
  if (!matchesType(primitive, value)) throw invalid(`Cannot parse default as a ${primitive.canonical} value`)
  return primitive.kind === 'float' || primitive.kind === 'double' ? storedFloat(value) : value
}

/**
 * Returns a JavaScript number if its JSON text equals the original text, and a raw number with the original text
 * otherwise.
 */
function storedFloat(value: Json): Json {
  if (typeof value === 'bigint') return rawNumber(floatText(value))
  if (!isRawNumber(value)) return value
  const number = Number(value.rawJSON)
  return value.rawJSON === '-0' || floatText(number) === value.rawJSON ? number : value
}

/**
 * Converts a floating-point default to a number, or to undefined if the value is not a number. Numbers above the
 * range of a double become infinite.
 */
export function toFloat(value: Json | undefined): number | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value)
  return isRawNumber(value) ? Number(value.rawJSON) : undefined
}

function matchesType(type: Primitive, value: Json): boolean {
  switch (type.kind) {
    case 'boolean':
      return typeof value === 'boolean'
    case 'int':
      return typeof value === 'number' && Number.isInteger(value) && Math.abs(value + 0.5) < 2 ** 31
    case 'long':
      return isInt64(value)
    case 'float':
    case 'double':
      return Number.isFinite(toFloat(value))
    case 'unknown':
    case 'variant':
    case 'geometry':
    case 'geography':
      return false
    default:
      return typeof value === 'string' && isText(type, value)
  }
}

function isText(type: Primitive, text: string): boolean {
  switch (type.kind) {
    case 'uuid':
      return UUID.test(text)
    case 'date':
      return isDate(text)
    case 'time':
      return isTime(text)
    case 'timestamp':
    case 'timestamp_ns':
      return isTimestamp(text)
    case 'timestamptz':
    case 'timestamptz_ns':
      return OFFSET.test(text) && isTimestamp(text.replace(OFFSET, ''))
    case 'fixed':
      return HEX.test(text) && text.length === 2 * (type.size ?? 0)
    case 'binary':
      return HEX.test(text)
    case 'decimal':
      return decimalScale(text) === type.size
    default:
      return true
  }
}

function isDate(text: string): boolean {
  const match = DATE.exec(text)
  if (match === null) return false
  const month = Number(match[1])
  const day = Number(match[2])
  const year = Number(text.slice(0, -6))
  return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

function isTime(text: string): boolean {
  const match = TIME.exec(text)
  return match !== null && Number(match[1]) < 24 && Number(match[2]) < 60 && Number(match[3] ?? 0) < 60
}

function isTimestamp(text: string): boolean {
  const at = text.indexOf('T')
  return at > 0 && isDate(text.slice(0, at)) && isTime(text.slice(at + 1))
}

function decimalScale(text: string): number | undefined {
  const match = DECIMAL.exec(text)
  return match === null ? undefined : (match[1]?.length ?? 0) - Number(match[2] ?? 0)
}
