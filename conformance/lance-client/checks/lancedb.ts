import { deepEqual, equal } from 'node:assert/strict'
import { check, gathered, type Check } from '../check.ts'
import { idsIn, range, rowsOf } from '../node-lance.ts'

export const lancedbChecks: readonly Check[] = [
  check('@lancedb/lancedb reads what this client wrote', async ({ lance, uri, node }) => {
    const db = await node.lancedb.connectNamespace('rest', { uri })
    deepEqual((await db.listTables(['d'])).tables, ['rows'])
    const table = await db.openTable('rows', ['d'])
    equal(await table.countRows(), Number(await lance.countTableRows({ id: ['d', 'rows'] })))
    const rows = await table.query().where('id = 1').toArray()
    deepEqual(
      rows.map(({ id, name }) => [id, name]),
      [[1n, "it's"]],
    )
  }),
  check('this client reads what @lancedb/lancedb wrote, and extends it', async ({ lance, uri, node }) => {
    const db = await node.lancedb.connectNamespace('rest', { uri })
    await db.createNamespace(['js'])
    const table = await db.createTable('made_there', [{ id: 1, name: 'a', vector: [1, 2] }], ['js'])
    const id = ['js', 'made_there']
    deepEqual(await gathered(lance.listTables({ id: ['js'] })), ['made_there'])
    equal(await lance.countTableRows({ id }), 1)
    await lance.updateTable({ id, updates: [['name', "'b'"]] })
    await table.add([{ id: 2, name: 'c', vector: [3, 4] }])
    const bytes = await lance.queryTable({ id, k: 9, vector: { single_vector: [] }, filter: 'id > 1' })
    deepEqual(idsIn(node, bytes), [2])
    const again = await db.openTable('made_there', ['js'])
    equal(await again.countRows("name = 'b'"), 1)
  }),
  check('names with letters of others mean the same table to both', async ({ lance, uri, node }) => {
    await lance.createTable({ id: ['js', 'ü_b'] }, rowsOf(node, range(0, 5)))
    const db = await node.lancedb.connectNamespace('rest', { uri })
    deepEqual(new Set((await db.listTables(['js'])).tables), new Set(['made_there', 'ü_b']))
  }),
]
