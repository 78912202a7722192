import { parse, toInt64, type Int64 } from '@headgate/json'
import { types, type CustomTypesConfig } from 'pg'

type Decode = (text: string) => unknown

/** Object ids of PostgreSQL data types. They are the same in every database. */
const OID = {
  int8: 20,
  int8Array: 1016,
  json: 114,
  jsonb: 3802,
  timestamptz: 1184,
  timestamptzArray: 1185,
} as const

const decoders: ReadonlyMap<number, Decode> = new Map<number, Decode>([
  [OID.int8, decodeInt64],
  [OID.int8Array, (text) => decodeFlatArray(text, decodeInt64)],
  [OID.json, (text) => parse(text)],
  [OID.jsonb, (text) => parse(text)],
  [OID.timestamptz, decodeInstant],
  [OID.timestamptzArray, (text) => decodeFlatArray(text, decodeInstant)],
])

/** Decoders of column values. The driver decodes all other types. */
export const columnTypes: CustomTypesConfig = {
  getTypeParser: (oid, format) => decoders.get(oid) ?? types.getTypeParser(oid, format),
}

function decodeInt64(text: string): Int64 {
  return text.length < 16 ? Number(text) : toInt64(text)
}

const INSTANT = /^(\d{4,6})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,3})\d*)?([+-])(\d\d)(?::(\d\d))?$/

/** Decodes a `timestamptz` value into whole epoch milliseconds. `infinity` becomes Infinity. */
function decodeInstant(text: string): number {
  if (text === 'infinity') return Infinity
  if (text === '-infinity') return -Infinity
  const match = INSTANT.exec(text)
  if (match === null) throw new RangeError(`The database returned a text that is not a timestamp: ${text}`)
  const [, year, month, day, hour, minute, second, fraction = '', sign, zoneHour, zoneMinute = '0'] = match
  const offset = (Number(zoneHour) * 60 + Number(zoneMinute)) * (sign === '-' ? -60_000 : 60_000)
  const date = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  )
  return date + Number(fraction.padEnd(3, '0')) - offset
}

/** Decodes a one-dimensional array whose values contain no quotes: `{1,NULL,"2026-01-01 00:00:00+00"}`. */
function decodeFlatArray(text: string, decode: Decode): unknown[] {
  const items = text.slice(1, -1)
  if (items === '') return []
  return items.split(',').map((item) => (item === 'NULL' ? null : decode(item.replaceAll('"', ''))))
}
