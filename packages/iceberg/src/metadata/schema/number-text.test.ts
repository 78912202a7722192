import { parse, type Json, type JsonObject } from '@headgate/json'
import { expect, test } from 'vitest'
import { commit, newTable, refusal } from '../../../test/metadata/tables.ts'
import { decodeTableMetadata } from '../table/decode-table.ts'
import { stringifyTableMetadata } from '../table/stringify-table.ts'
import type { TableMetadata } from '../types.ts'
import { decodeNewSchema } from './decode-new-schema.ts'
import { sameSchema } from './same-schema.ts'

const keep = { keepNumberText: true }
const reread = (text: string): TableMetadata => decodeTableMetadata(parse(text, keep))
const touch: JsonObject = { action: 'set-properties', updates: { a: 'b' } }

/**
 * Returns the JSON text of a schema with one column. Its default value and an unknown member have the text `value`.
 */
const schemaText = (type: string, value: string): string =>
  `{"type":"struct","schema-id":0,"x-unknown":${value},"fields":[{"id":1,"name":"x","required":true,"type":"${type}","write-default":${value}}]}`

/** Returns the text of the default value of the only column in the JSON text of a table. */
const defaultIn = (text: string): string | undefined => /"write-default":([^,}\]]+)/.exec(text)?.[1]
const unknownIn = (text: string): string | undefined => /"x-unknown":([^,}\]]+)/.exec(text)?.[1]

const DEFAULTS: readonly (readonly [type: string, sent: string, stored: string])[] = [
  ['double', '9007199254740993', '9007199254740993.0'],
  ['double', '9007199254740993.0', '9007199254740993.0'],
  ['double', '1', '1.0'],
  ['double', '1.0', '1.0'],
  ['double', '-0', '-0.0'],
  ['double', '1e5', '1e5'],
  ['double', '1.50', '1.50'],
  ['float', '0.1', '0.1'],
  ['double', '0.30000000000000000001', '0.30000000000000000001'],
]

test.each(DEFAULTS)(
  'a default value of type %s that is sent as %s is stored as %s, and later commits keep its text',
  (type, sent, stored) => {
    const schema = parse(schemaText(type, sent), keep)
    const first = stringifyTableMetadata(newTable({ version: 3, schema }))
    expect(defaultIn(first)).toBe(stored)
    const second = stringifyTableMetadata(commit(reread(first), touch))
    expect(defaultIn(second)).toBe(stored)
    const third = stringifyTableMetadata(commit(reread(second), { ...touch, updates: { c: 'd' } }))
    expect(defaultIn(third)).toBe(stored)
  },
)

test.each(['1.0', '0.10', '1E5', '-0', '123456789.123456789012345678901'])(
  'an unknown member of a schema keeps the text of its number %s',
  (number) => {
    const schema = parse(schemaText('double', number), keep)
    const first = stringifyTableMetadata(newTable({ version: 3, schema }))
    const second = stringifyTableMetadata(commit(reread(first), touch))
    expect(unknownIn(second)).toBe(number)
  },
)

test('schemas with equal defaults are equal, also if the texts of the defaults differ', () => {
  const parseSchema = (type: string, value: string): Parameters<typeof sameSchema>[0] => {
    const { 'x-unknown': _, ...schema } = parse(schemaText(type, value), keep) as JsonObject
    return decodeNewSchema(schema)
  }
  const same: readonly (readonly [type: string, a: string, b: string])[] = [
    ['double', '1', '1.0'],
    ['double', '1.50', '1.5'],
    ['double', '9007199254740993', '9007199254740992.0'],
    ['float', '0.1', '0.10000000149011612'],
    ['uuid', '"f79c3e09-677c-4bbd-a479-3f349cb785e7"', '"F79C3E09-677C-4BBD-A479-3F349CB785E7"'],
    ['binary', '"00ff"', '"00FF"'],
    ['time', '"12:00"', '"12:00:00.000"'],
    ['timestamptz', '"2024-01-31T12:30:00Z"', '"2024-01-31T12:30:00+00:00"'],
    ['decimal(9,2)', '"14.20"', '"+14.20"'],
  ]
  for (const [type, a, b] of same)
    expect(sameSchema(parseSchema(type, a), parseSchema(type, b)), type).toBe(true)
  const others: readonly (readonly [type: string, a: string, b: string])[] = [
    ['double', '1', '1.1'],
    ['double', '0.1', '0.10000000149011612'],
    ['time', '"12:00"', '"12:00:01"'],
    ['decimal(9,2)', '"14.20"', '"14.21"'],
    ['string', '"a"', '"A"'],
  ]
  for (const [type, a, b] of others)
    expect(sameSchema(parseSchema(type, a), parseSchema(type, b)), type).toBe(false)
})

test('a field id with a fraction is refused', () => {
  const value: Json = parse(
    '{"type":"struct","fields":[{"id":1.0,"name":"x","required":true,"type":"int"}]}',
    keep,
  )
  expect(refusal(() => decodeNewSchema(value))).toBe(
    'bad-request: Invalid fields[0].id: expected a 32-bit integer, found a number',
  )
})
