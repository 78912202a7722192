import type { Json, JsonObject } from '@headgate/json'
import { expect, test } from 'vitest'
import { decodeRegisteredView } from '../../view/decode-registered-view.ts'
import { encodeViewMetadata } from '../../view/decode-view-metadata.ts'
import { exampleView } from '../../../test/view/example-view.ts'
import { decodeRegisteredTable } from '../table/decode-registered-table.ts'
import { decodeTableMetadata } from '../table/decode-table.ts'
import { encodeTableMetadata } from '../table/encode-table.ts'
import { field, newTable, refusal, schemaJson } from '../../../test/metadata/tables.ts'
import { decodeNewSchema } from './decode-new-schema.ts'

/** Schema of 58 KB of JSON whose full names have 12 million characters: 700 fields in a column of 17,000 characters. */
const manyLongNames = nested('x'.repeat(17_000), 700)

function nested(name: string, count: number): JsonObject {
  const fields = Array.from({ length: count }, (_, i) => field(i + 2, `f${i}`, 'int'))
  return schemaJson([field(1, name, { type: 'struct', fields })])
}

const inList = (element: Json): JsonObject => ({
  type: 'list',
  'element-id': 2,
  element,
  'element-required': false,
})

test('a new schema with a full name of over 2,000 characters is refused before its names are compared', () => {
  const start = process.cpuUsage()
  expect(refusal(() => decodeNewSchema(manyLongNames))).toMatch(
    /^bad-request: Invalid schema: the name of field "x{80}", .* has 17000 characters, more than 2000\. Shorten it\.$/,
  )
  // The comparison of the names would take 2.4 s.
  expect(process.cpuUsage(start).user).toBeLessThan(300_000)
})

test('a full name includes the names of all parent fields, and the words for elements, keys and values', () => {
  const inner = (name: string): JsonObject => ({ type: 'struct', fields: [field(3, name, 'int')] })
  const schema = (name: string): JsonObject => schemaJson([field(1, 'x'.repeat(1_000), inList(inner(name)))])
  expect(decodeNewSchema(schema('y'.repeat(991))).fields).toHaveLength(1)
  expect(refusal(() => decodeNewSchema(schema('y'.repeat(992))))).toContain('has 2001 characters')
})

test('the limit of full names applies when a table or view is registered, and not to existing tables and views', () => {
  const table = { ...encodeTableMetadata(newTable()), schemas: [nested('x'.repeat(3_000), 1)] }
  const known = { ...table, 'last-column-id': 2 }
  expect(refusal(() => decodeRegisteredTable(known))).toContain('more than 2000')
  expect(decodeTableMetadata(known).schemas).toHaveLength(1)
  const view = { ...encodeViewMetadata(exampleView()), schemas: [nested('x'.repeat(3_000), 1)] }
  expect(refusal(() => decodeRegisteredView(view))).toContain('more than 2000')
})

test('a table with a list of schemas can be registered even if its member "schema" of format 1 is damaged', () => {
  const table = {
    ...encodeTableMetadata(newTable({ version: 1 })),
    schema: { type: 'struct', fields: 'damaged' },
  }
  expect(decodeRegisteredTable(table)['format-version']).toBe(1)
})
