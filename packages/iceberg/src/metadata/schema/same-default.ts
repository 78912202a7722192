import type { Json } from '@headgate/json'
import { isJsonObject } from '../../fields.ts'
import { toFloat } from './default-value.ts'
import { parsePrimitive, type PrimitiveKind } from './primitive.ts'
import type { Type } from './types.ts'

/** Returns whether two default values of one type are equal, also if their texts differ. */
export function sameDefault(type: Type, a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined) return false
  if (typeof type !== 'string') return isJsonObject(a) && isJsonObject(b)
  const { kind } = parsePrimitive(type)
  if (kind === 'float' || kind === 'double') return sameFloat(kind, toFloat(a), toFloat(b))
  return typeof a === 'string' && typeof b === 'string' && canonicalText(kind, a) === canonicalText(kind, b)
}

function sameFloat(kind: 'float' | 'double', a: number | undefined, b: number | undefined): boolean {
  if (a === undefined || b === undefined) return false
  return kind === 'float' ? Object.is(Math.fround(a), Math.fround(b)) : Object.is(a, b)
}

/** Converts the text of a default value to a form that is the same for equal values of the type. */
function canonicalText(kind: PrimitiveKind, text: string): string {
  switch (kind) {
    case 'uuid':
    case 'fixed':
    case 'binary':
      return text.toLowerCase()
    case 'decimal':
      return canonicalDecimal(text)
    case 'time':
    case 'timestamp':
    case 'timestamptz':
    case 'timestamp_ns':
    case 'timestamptz_ns':
      return canonicalTime(text)
    default:
      return text
  }
}

/** Removes seconds and fractions that are zero, and writes UTC as `+00:00`. */
const canonicalTime = (text: string): string =>
  text
    .replace(/Z$/, '+00:00')
    .replace(/(\.\d*?)0+(?=$|\+)/, '$1')
    .replace(/\.(?=$|\+)/, '')
    .replace(/^((?:.*T)?\d\d:\d\d):00(?=$|\+)/, '$1')

/** Returns digits and exponent. Equal values have the same exponent, because the scale is part of the type. */
function canonicalDecimal(text: string): string {
  const [digits = '', exponent = '0'] = text.toLowerCase().split('e')
  const [whole = '', fraction = ''] = digits.split('.')
  return `${BigInt(whole.replace('+', '') + fraction)}e${Number(exponent) - fraction.length}`
}
