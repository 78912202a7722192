import { describe, expect, test } from 'vitest'
import { orders, errorResponse } from '../../../test/client/catalog.ts'
import { startInMemoryCatalog } from '../../../test/client/commit/in-memory-catalog.ts'

const conflict = { applied: false, response: errorResponse(409, 'CommitFailedException') } as const

describe('addColumn', () => {
  test('addColumn adds optional columns whose ids follow the last column id of the table', async () => {
    await using it = await startInMemoryCatalog(['orders'])
    const table = await it.catalog.loadTable(orders)
    const last = table.metadata['last-column-id']
    await it.catalog
      .updateTable(table)
      .addColumn('price', 'DECIMAL(9,2)')
      .addColumn('note', 'string', { doc: 'free text' })
      .commit()
    const updates = it.commits()[0]?.json as { updates: { schema?: { fields: unknown[] } }[] }
    expect(updates.updates.map((each) => each)).toMatchObject([
      { action: 'add-schema' },
      { action: 'set-current-schema', 'schema-id': -1 },
    ])
    expect(updates.updates[0]?.schema?.fields.slice(-2)).toEqual([
      { id: last + 1, name: 'price', required: false, type: 'decimal(9,2)' },
      { id: last + 2, name: 'note', required: false, type: 'string', doc: 'free text' },
    ])
  })

  test('addColumn repeats the commit with the schema that another commit has set', async () => {
    await using it = await startInMemoryCatalog(['orders'], [conflict])
    const table = await it.catalog.loadTable(orders)
    await it.catalog.updateTable(table).addColumn('price', 'long').commit()
    expect(it.commits().length).toBe(2)
  })

  test('addColumn refuses an unknown type, the name of an existing column, and setSchema in the same commit', async () => {
    await using it = await startInMemoryCatalog(['orders'])
    const table = await it.catalog.loadTable(orders)
    const builder = () => it.catalog.updateTable(table)
    await expect(builder().addColumn('price', 'money').commit()).rejects.toThrow('Cannot parse type string')
    await expect(builder().addColumn('a', 'long').addColumn('a', 'long').commit()).rejects.toThrow(
      'already has a column "a"',
    )
    const [schema] = table.metadata.schemas
    if (schema === undefined) throw new Error('The table has no schema')
    expect(() => builder().setSchema(schema).addColumn('a', 'long')).toThrow('Use either')
    expect(() => builder().addColumn('a', 'long').setSchema(schema)).toThrow('Use either')
  })
})
